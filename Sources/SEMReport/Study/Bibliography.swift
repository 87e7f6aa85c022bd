internal import SEMStudy

/// The works that a study's methods paragraph cites.
enum Bibliography: String, CaseIterable {
  case bagozzi1988, browne1993, churchill1979, cronbach1951, efron1987, fornell1981, hair2010, henseler2015,
    horn1965
  case hu1999, kaiser1958, kaiser1974, mardia1970, marsh2004, mcdonald1999, nunnally1978, podsakoff1986,
    podsakoff2003
  case preacher2008, satorra1994, yuan2000, zhao2010

  /// How it is cited in a sentence.
  var citation: Wording {
    let (names, chinese, year): (String, String, String) =
      switch self {
      case .bagozzi1988: ("Bagozzi & Yi", "Bagozzi和Yi", "1988")
      case .browne1993: ("Browne & Cudeck", "Browne和Cudeck", "1993")
      case .churchill1979: ("Churchill", "Churchill", "1979")
      case .cronbach1951: ("Cronbach", "Cronbach", "1951")
      case .efron1987: ("Efron", "Efron", "1987")
      case .fornell1981: ("Fornell & Larcker", "Fornell和Larcker", "1981")
      case .hair2010: ("Hair et al.", "Hair等", "2010")
      case .henseler2015: ("Henseler et al.", "Henseler等", "2015")
      case .horn1965: ("Horn", "Horn", "1965")
      case .hu1999: ("Hu & Bentler", "Hu和Bentler", "1999")
      case .kaiser1958: ("Kaiser", "Kaiser", "1958")
      case .kaiser1974: ("Kaiser", "Kaiser", "1974")
      case .mardia1970: ("Mardia", "Mardia", "1970")
      case .marsh2004: ("Marsh et al.", "Marsh等", "2004")
      case .mcdonald1999: ("McDonald", "McDonald", "1999")
      case .nunnally1978: ("Nunnally", "Nunnally", "1978")
      case .podsakoff1986: ("Podsakoff & Organ", "Podsakoff和Organ", "1986")
      case .podsakoff2003: ("Podsakoff et al.", "Podsakoff等", "2003")
      case .preacher2008: ("Preacher & Hayes", "Preacher和Hayes", "2008")
      case .satorra1994: ("Satorra & Bentler", "Satorra和Bentler", "1994")
      case .yuan2000: ("Yuan & Bentler", "Yuan和Bentler", "2000")
      case .zhao2010: ("Zhao et al.", "Zhao等", "2010")
      }
    return Wording("\(names), \(year)", "\(chinese)，\(year)")
  }

  /// The entry in a list of references.
  var entry: String {
    switch self {
    case .bagozzi1988:
      "Bagozzi, R. P., & Yi, Y. (1988). On the evaluation of structural equation models. Journal of the Academy of Marketing Science, 16(1), 74–94."
    case .browne1993:
      "Browne, M. W., & Cudeck, R. (1993). Alternative ways of assessing model fit. In K. A. Bollen & J. S. Long (Eds.), Testing structural equation models (pp. 136–162). Sage."
    case .churchill1979:
      "Churchill, G. A. (1979). A paradigm for developing better measures of marketing constructs. Journal of Marketing Research, 16(1), 64–73."
    case .cronbach1951:
      "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16(3), 297–334."
    case .efron1987:
      "Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association, 82(397), 171–185."
    case .fornell1981:
      "Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with unobservable variables and measurement error. Journal of Marketing Research, 18(1), 39–50."
    case .hair2010:
      "Hair, J. F., Black, W. C., Babin, B. J., & Anderson, R. E. (2010). Multivariate data analysis (7th ed.). Pearson."
    case .henseler2015:
      "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing discriminant validity in variance-based structural equation modeling. Journal of the Academy of Marketing Science, 43(1), 115–135."
    case .horn1965:
      "Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis. Psychometrika, 30(2), 179–185."
    case .hu1999:
      "Hu, L., & Bentler, P. M. (1999). Cutoff criteria for fit indexes in covariance structure analysis. Structural Equation Modeling, 6(1), 1–55."
    case .kaiser1958:
      "Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis. Psychometrika, 23(3), 187–200."
    case .kaiser1974: "Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39(1), 31–36."
    case .mardia1970:
      "Mardia, K. V. (1970). Measures of multivariate skewness and kurtosis with applications. Biometrika, 57(3), 519–530."
    case .marsh2004:
      "Marsh, H. W., Hau, K.-T., & Wen, Z. (2004). In search of golden rules. Structural Equation Modeling, 11(3), 320–341."
    case .mcdonald1999: "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum."
    case .nunnally1978: "Nunnally, J. C. (1978). Psychometric theory (2nd ed.). McGraw-Hill."
    case .podsakoff1986:
      "Podsakoff, P. M., & Organ, D. W. (1986). Self-reports in organizational research. Journal of Management, 12(4), 531–544."
    case .podsakoff2003:
      "Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Common method biases in behavioral research. Journal of Applied Psychology, 88(5), 879–903."
    case .preacher2008:
      "Preacher, K. J., & Hayes, A. F. (2008). Asymptotic and resampling strategies for assessing and comparing indirect effects in multiple mediator models. Behavior Research Methods, 40(3), 879–891."
    case .satorra1994:
      "Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors in covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent variables analysis (pp. 399–419). Sage."
    case .yuan2000:
      "Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance structure analysis with nonnormal missing data. Sociological Methodology, 30(1), 165–200."
    case .zhao2010:
      "Zhao, X., Lynch, J. G., & Chen, Q. (2010). Reconsidering Baron and Kenny: Myths and truths about mediation analysis. Journal of Consumer Research, 37(2), 197–206."
    }
  }
}
