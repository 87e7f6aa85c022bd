internal import SEMStudy

/// The works that a study's report cites: in its methods, in notes and as sources of criteria.
enum Bibliography: String, CaseIterable {
  case bagozzi1988, browne1993, churchill1979, cronbach1951, efron1987, fornell1981, hair2010, henseler2015,
    horn1965
  case hu1999, kaiser1958, kaiser1974, mardia1970, marsh2004, mcdonald1999, nunnally1978, podsakoff1986,
    podsakoff2003
  case preacher2008, satorra1994, yuan2000, zhao2010
  // Cited in notes and as sources of criteria only.
  case baron1986, bentler1980, bentler1990, bollen1986, browne1989, byrne2010, byrne2016, cheung2002
  case doll1994, dunn2018, feldt1965, glorfeld1995, harman1976, hoelter1983, joreskog1984, kline1998
  case kline2016, little1988, maccallum1997, mardia1974, meade2012, mulaik1989, roemer2021, saris1987
  case sobel1982, sorbom1989, wen2018, wheaton1977

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
      case .baron1986: ("Baron & Kenny", "Baron和Kenny", "1986")
      case .bentler1980: ("Bentler & Bonett", "Bentler和Bonett", "1980")
      case .bentler1990: ("Bentler", "Bentler", "1990")
      case .bollen1986: ("Bollen", "Bollen", "1986")
      case .browne1989: ("Browne & Cudeck", "Browne和Cudeck", "1989")
      case .byrne2010: ("Byrne", "Byrne", "2010")
      case .byrne2016: ("Byrne", "Byrne", "2016")
      case .cheung2002: ("Cheung & Rensvold", "Cheung和Rensvold", "2002")
      case .doll1994: ("Doll et al.", "Doll等", "1994")
      case .dunn2018: ("Dunn et al.", "Dunn等", "2018")
      case .feldt1965: ("Feldt", "Feldt", "1965")
      case .glorfeld1995: ("Glorfeld", "Glorfeld", "1995")
      case .harman1976: ("Harman", "Harman", "1976")
      case .hoelter1983: ("Hoelter", "Hoelter", "1983")
      case .joreskog1984: ("Jöreskog & Sörbom", "Jöreskog和Sörbom", "1984")
      case .kline1998: ("Kline", "Kline", "1998")
      case .kline2016: ("Kline", "Kline", "2016")
      case .little1988: ("Little", "Little", "1988")
      case .maccallum1997: ("MacCallum & Hong", "MacCallum和Hong", "1997")
      case .mardia1974: ("Mardia", "Mardia", "1974")
      case .meade2012: ("Meade & Craig", "Meade和Craig", "2012")
      case .mulaik1989: ("Mulaik et al.", "Mulaik等", "1989")
      case .roemer2021: ("Roemer et al.", "Roemer等", "2021")
      case .saris1987: ("Saris et al.", "Saris等", "1987")
      case .sobel1982: ("Sobel", "Sobel", "1982")
      case .sorbom1989: ("Sörbom", "Sörbom", "1989")
      case .wen2018: ("Wen et al.", "Wen等", "2018")
      case .wheaton1977: ("Wheaton et al.", "Wheaton等", "1977")
      }
    return Wording("\(names), \(year)", "\(chinese)，\(year)")
  }

  /// Whether an English text cites the work, in a sentence or in brackets, by all of its authors or the first.
  func isCited(in text: String) -> Bool {
    let plain = Self.plain(text)
    return ([Self.plain(citation.english)] + otherCitations).contains(where: plain.contains)
  }

  /// How else notes name the work.
  private var otherCitations: [String] {
    switch self {
    case .doll1994: ["Doll Xia and Torkzadeh 1994"]
    case .feldt1965: ["Feldt's 1965"]
    case .henseler2015: ["Henseler Ringle and Sarstedt 2015"]
    case .little1988: ["Little's MCAR test 1988"]
    case .mardia1974: ["Mardia 1970 1974"]
    case .marsh2004: ["Marsh Hau and Wen 2004"]
    case .roemer2021: ["Roemer Schuberth and Henseler 2021"]
    case .saris1987: ["Saris Satorra and Sörbom 1987"]
    case .wen2018: ["Wen Huang and Tang 2018"]
    case .zhao2010: ["Zhao Lynch and Chen 2010"]
    default: []
    }
  }

  /// A text without the punctuation by which citations differ.
  private static func plain(_ text: String) -> String {
    var text = text
    text.removeAll { "(),".contains($0) }
    return text.replacing(" & ", with: " and ")
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
    case .baron1986:
      "Baron, R. M., & Kenny, D. A. (1986). The moderator–mediator variable distinction in social psychological research: Conceptual, strategic, and statistical considerations. Journal of Personality and Social Psychology, 51(6), 1173–1182."
    case .bentler1980:
      "Bentler, P. M., & Bonett, D. G. (1980). Significance tests and goodness of fit in the analysis of covariance structures. Psychological Bulletin, 88(3), 588–606."
    case .bentler1990:
      "Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological Bulletin, 107(2), 238–246."
    case .bollen1986:
      "Bollen, K. A. (1986). Sample size and Bentler and Bonett's nonnormed fit index. Psychometrika, 51(3), 375–377."
    case .browne1989:
      "Browne, M. W., & Cudeck, R. (1989). Single sample cross-validation indices for covariance structures. Multivariate Behavioral Research, 24(4), 445–455."
    case .byrne2010:
      "Byrne, B. M. (2010). Structural equation modeling with AMOS (2nd ed.). Routledge."
    case .byrne2016:
      "Byrne, B. M. (2016). Structural equation modeling with AMOS (3rd ed.). Routledge."
    case .cheung2002:
      "Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing measurement invariance. Structural Equation Modeling, 9(2), 233–255."
    case .doll1994:
      "Doll, W. J., Xia, W., & Torkzadeh, G. (1994). A confirmatory factor analysis of the end-user computing satisfaction instrument. MIS Quarterly, 18(4), 453–461."
    case .dunn2018:
      "Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018). Intra-individual response variability as an indicator of insufficient effort responding. Journal of Business and Psychology, 33(1), 105–121."
    case .feldt1965:
      "Feldt, L. S. (1965). The approximate sampling distribution of Kuder–Richardson reliability coefficient twenty. Psychometrika, 30(3), 357–370."
    case .glorfeld1995:
      "Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology for selecting the correct number of factors to retain. Educational and Psychological Measurement, 55(3), 377–393."
    case .harman1976:
      "Harman, H. H. (1976). Modern factor analysis (3rd ed.). University of Chicago Press."
    case .hoelter1983:
      "Hoelter, J. W. (1983). The analysis of covariance structures: Goodness-of-fit indices. Sociological Methods & Research, 11(3), 325–344."
    case .joreskog1984:
      "Jöreskog, K. G., & Sörbom, D. (1984). LISREL VI user's guide (3rd ed.). Scientific Software."
    case .kline1998:
      "Kline, R. B. (1998). Principles and practice of structural equation modeling. Guilford Press."
    case .kline2016:
      "Kline, R. B. (2016). Principles and practice of structural equation modeling (4th ed.). Guilford Press."
    case .little1988:
      "Little, R. J. A. (1988). A test of missing completely at random for multivariate data with missing values. Journal of the American Statistical Association, 83(404), 1198–1202."
    case .maccallum1997:
      "MacCallum, R. C., & Hong, S. (1997). Power analysis in covariance structure modeling using GFI and AGFI. Multivariate Behavioral Research, 32(2), 193–210."
    case .mardia1974:
      "Mardia, K. V. (1974). Applications of some measures of multivariate skewness and kurtosis in testing normality and robustness studies. Sankhyā, Series B, 36(2), 115–128."
    case .meade2012:
      "Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological Methods, 17(3), 437–455."
    case .mulaik1989:
      "Mulaik, S. A., James, L. R., Van Alstine, J., Bennett, N., Lind, S., & Stilwell, C. D. (1989). Evaluation of goodness-of-fit indices for structural equation models. Psychological Bulletin, 105(3), 430–445."
    case .roemer2021:
      "Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2—An improved criterion for assessing discriminant validity in structural equation modeling. Industrial Management & Data Systems, 121(12), 2637–2650."
    case .saris1987:
      "Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of specification errors in structural equation models. Sociological Methodology, 17, 105–129."
    case .sobel1982:
      "Sobel, M. E. (1982). Asymptotic confidence intervals for indirect effects in structural equation models. Sociological Methodology, 13, 290–312."
    case .sorbom1989:
      "Sörbom, D. (1989). Model modification. Psychometrika, 54(3), 371–384."
    case .wen2018:
      "Wen, Z., Huang, B., & Tang, D. (2018). Preliminary work for modeling questionnaire data. Journal of Psychological Science, 41(1), 204–210."
    case .wheaton1977:
      "Wheaton, B., Muthén, B., Alwin, D. F., & Summers, G. F. (1977). Assessing reliability and stability in panel models. Sociological Methodology, 8, 84–136."
    }
  }
}
