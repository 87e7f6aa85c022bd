/// A work that a report cites.
public struct Reference: Sendable, Hashable {
  /// How the text cites it, without brackets.
  public var short: String
  /// Its entry in the list of references (APA style).
  public var entry: String

  /// Makes a reference.
  public init(_ short: String, _ entry: String) {
    self.short = short
    self.entry = entry
  }

  /// References without repetition, in the order of their entries.
  public static func list(_ references: some Sequence<Reference>) -> [Reference] {
    Set(references).sorted { $0.entry < $1.entry }
  }
}

extension Reference {
  /// Full information maximum likelihood.
  public static let arbuckle1996 = Reference(
    "Arbuckle, 1996",
    "Arbuckle, J. L. (1996). Full information estimation in the presence of incomplete data. In G. A. Marcoulides & R. E. Schumacker (Eds.), Advanced structural equation modeling: Issues and techniques (pp. 243–277). Erlbaum."
  )
  /// The scaled and shifted test.
  public static let asparouhovMuthen2010 = Reference(
    "Asparouhov & Muthén, 2010",
    "Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction (Mplus technical appendix). Muthén & Muthén."
  )
  /// The comparative fit index.
  public static let bentler1990 = Reference(
    "Bentler, 1990",
    "Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological Bulletin, 107(2), 238–246."
  )
  /// The textbook of the field.
  public static let bollen1989 = Reference(
    "Bollen, 1989", "Bollen, K. A. (1989). Structural equations with latent variables. Wiley.")
  /// Bootstrap of indirect effects.
  public static let bollenStine1990 = Reference(
    "Bollen & Stine, 1990",
    "Bollen, K. A., & Stine, R. (1990). Direct and indirect effects: Classical and bootstrap estimates of variability. Sociological Methodology, 20, 115–140."
  )
  /// Bootstrap of the test of the model.
  public static let bollenStine1992 = Reference(
    "Bollen & Stine, 1992",
    "Bollen, K. A., & Stine, R. A. (1992). Bootstrapping goodness-of-fit measures in structural equation models. Sociological Methods & Research, 21(2), 205–229."
  )
  /// Weighted least squares; residual-based tests.
  public static let browne1984 = Reference(
    "Browne, 1984",
    "Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of covariance structures. British Journal of Mathematical and Statistical Psychology, 37(1), 62–83."
  )
  /// Cut-offs of RMSEA.
  public static let browneCudeck1993 = Reference(
    "Browne & Cudeck, 1993",
    "Browne, M. W., & Cudeck, R. (1993). Alternative ways of assessing model fit. In K. A. Bollen & J. S. Long (Eds.), Testing structural equation models (pp. 136–162). Sage."
  )
  /// Bias-corrected and accelerated intervals.
  public static let efron1987 = Reference(
    "Efron, 1987",
    "Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association, 82(397), 171–185."
  )
  /// Cut-offs of fit measures.
  public static let huBentler1999 = Reference(
    "Hu & Bentler, 1999",
    "Hu, L., & Bentler, P. M. (1999). Cutoff criteria for fit indexes in covariance structure analysis: Conventional criteria versus new alternatives. Structural Equation Modeling, 6(1), 1–55."
  )
  /// The sandwich estimator.
  public static let huber1967 = Reference(
    "Huber, 1967",
    "Huber, P. J. (1967). The behavior of maximum likelihood estimates under nonstandard conditions. In Proceedings of the Fifth Berkeley Symposium on Mathematical Statistics and Probability (Vol. 1, pp. 221–233). University of California Press."
  )
  /// Maximum likelihood.
  public static let joreskog1969 = Reference(
    "Jöreskog, 1969",
    "Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood factor analysis. Psychometrika, 34(2), 183–202."
  )
  /// Generalised least squares.
  public static let joreskogGoldberger1972 = Reference(
    "Jöreskog & Goldberger, 1972",
    "Jöreskog, K. G., & Goldberger, A. S. (1972). Factor analysis by generalized least squares. Psychometrika, 37(3), 243–260."
  )
  /// Monte Carlo intervals.
  public static let mackinnon2004 = Reference(
    "MacKinnon et al., 2004",
    "MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the indirect effect: Distribution of the product and resampling methods. Multivariate Behavioral Research, 39(1), 99–128."
  )
  /// A warning of golden rules.
  public static let marsh2004 = Reference(
    "Marsh et al., 2004",
    "Marsh, H. W., Hau, K.-T., & Wen, Z. (2004). In search of golden rules: Comment on hypothesis-testing approaches to setting cutoff values for fit indexes and dangers in overgeneralizing Hu and Bentler's (1999) findings. Structural Equation Modeling, 11(3), 320–341."
  )
  /// Clusters and sampling weights.
  public static let muthenSatorra1995 = Reference(
    "Muthén & Satorra, 1995",
    "Muthén, B. O., & Satorra, A. (1995). Complex sample data in structural equation modeling. Sociological Methodology, 25, 267–316."
  )
  /// Scaled tests and robust errors.
  public static let satorraBentler1994 = Reference(
    "Satorra & Bentler, 1994",
    "Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors in covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent variables analysis: Applications for developmental research (pp. 399–419). Sage."
  )
  /// Errors of indirect effects.
  public static let sobel1982 = Reference(
    "Sobel, 1982",
    "Sobel, M. E. (1982). Asymptotic confidence intervals for indirect effects in structural equation models. Sociological Methodology, 13, 290–312."
  )
  /// Modification indices.
  public static let sorbom1989 = Reference(
    "Sörbom, 1989", "Sörbom, D. (1989). Model modification. Psychometrika, 54(3), 371–384.")
  /// RMSEA.
  public static let steiger1990 = Reference(
    "Steiger, 1990",
    "Steiger, J. H. (1990). Structural model evaluation and modification: An interval estimation approach. Multivariate Behavioral Research, 25(2), 173–180."
  )
  /// The Tucker-Lewis index.
  public static let tuckerLewis1973 = Reference(
    "Tucker & Lewis, 1973",
    "Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood factor analysis. Psychometrika, 38(1), 1–10."
  )
  /// Scaled tests for missing and nonnormal data; two stages.
  public static let yuanBentler2000 = Reference(
    "Yuan & Bentler, 2000",
    "Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance structure analysis with nonnormal missing data. Sociological Methodology, 30(1), 165–200."
  )
}
