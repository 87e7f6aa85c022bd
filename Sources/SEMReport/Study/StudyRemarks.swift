internal import SEM
internal import SEMStudy

extension StudyConstruct {
  /// Name and code, as `Perceived usefulness (PU)`; the code alone where there is no other name.
  var label: Wording {
    func one(_ language: StudyLanguage) -> String {
      let name = self.name[language]
      if name == code { return code }
      return language == .chinese ? "\(name)（\(code)）" : "\(name) (\(code))"
    }
    return Wording(one(.english), one(.chinese))
  }
}

/// A number as briefly as possible, as in cut-offs.
func brief(_ value: Double) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Sentences that several tables share.
enum StudyRemarks {
  /// What a reader must know of a fit that is not converged or improper.
  static func remarks(on fit: FittedModel, _ findings: [InadmissibleFinding]) -> [Wording] {
    var notes: [Wording] = []
    if !fit.convergence.isConverged {
      notes.append(
        Wording("The estimation did not converge; the figures must not be used.", "估计未收敛，表中数值不可使用。"))
    }
    return notes + findings.map(sentence)
  }

  /// An improper finding in words.
  static func sentence(_ finding: InadmissibleFinding) -> Wording {
    switch finding {
    case .negativeVariance(let parameter, let value, _):
      let number = TextNumber.fixed(value)
      return Wording(
        "Improper solution: the variance \(parameter) is negative (\(number)).",
        "不当解：方差\(parameter)为负（\(number)）。")
    case .correlationBeyondOne(let first, let second, let correlation, _):
      let number = TextNumber.fixed(correlation)
      return Wording(
        "Improper solution: \(first) and \(second) correlate \(number).",
        "不当解：\(first)与\(second)的相关系数为\(number)。")
    case .latentCovarianceNotPositiveDefinite(_, let weights, _):
      let names = weights.keys.sorted().joined(separator: ", ")
      return Wording(
        "Improper solution: the covariance matrix of the latent variables is not positive definite (\(names)).",
        "不当解：潜变量协方差矩阵非正定（\(names)）。")
    case .residualCovarianceNotPositiveDefinite(_, let variables, _):
      let names = variables.joined(separator: ", ")
      return Wording(
        "Improper solution: the covariance matrix of the residuals is not positive definite (\(names)).",
        "不当解：残差协方差矩阵非正定（\(names)）。")
    }
  }

  /// Which convention a table follows.
  static func convention(_ convention: StudyConvention) -> Wording {
    switch convention {
    case .amos:
      Wording(
        "AMOS convention: χ² = (N - 1) F, more generally (N - number of groups) F; standard errors accordingly.",
        "采用AMOS约定：χ²=(N-1)F，多组时为(N-组数)F，标准误随之。")
    case .lavaan:
      Wording("lavaan convention: χ² = N F.", "采用lavaan约定：χ²=N·F。")
    }
  }

  /// What stars and *** mean.
  static let stars = Wording("*** p < 0.001, ** p < 0.01, * p < 0.05.", "***表示p<0.001，**表示p<0.01，*表示p<0.05。")
}
