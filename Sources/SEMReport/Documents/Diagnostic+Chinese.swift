public import SEMStudy

extension Diagnostic {
  /// The message in both languages; the Chinese one names the parameters and leaves out figures.
  public var wording: Wording {
    let names = parameters.joined(separator: "、")
    let chinese: String? =
      switch code {
      case "negative-variance": "方差\(names)的估计值为负。常见原因：样本量小、指标少或载荷低、两个变量几乎相同、模型设定有误。"
      case "correlation-beyond-one": "模型隐含的相关系数\(names)超出±1，两者可能是同一构念。"
      case "latent-covariance-not-positive-definite": "潜变量的协方差矩阵非正定，涉及：\(names)。"
      case "residual-covariance-not-positive-definite": "残差的协方差矩阵非正定，涉及：\(names)。"
      case "not-identified": parameters.isEmpty ? "自由参数多于样本矩，模型无法识别。" : "数据无法确定以下参数（或其组合）：\(names)。"
      case "not-converged": "迭代未收敛，所列数值不是解。请检查模型、给出初始值或简化模型。"
      case "no-standard-errors": "信息矩阵在估计值处非正定，因此没有标准误。"
      case "no-scaled-test": "信息矩阵在估计值处不可逆，检验统计量无法校正。"
      case "mean-structure-added": "数据含缺失值，已自动加入均值结构。"
      case "data.correlations-as-covariances": "所有方差均为1：所给似为相关矩阵。请同时给出标准差，否则标准误与检验可能有误。"
      case "data.unequal-scales": "各变量的量纲相差悬殊（\(names)），可能影响收敛。"
      case "data.empty-rows": "有些样本行没有任何观测值，已剔除。"
      case "data.missing-covariates": "有些样本行缺少协变量的值，已剔除。"
      default: nil
      }
    return Wording(message, chinese ?? message)
  }
}
