extension BootstrapQuantity {
  /// Fit measures of every draw, by their names in ``FitMeasures``.
  public static func fitMeasures(_ names: [String]) -> BootstrapQuantity {
    BootstrapQuantity(names: names) { fit in
      let measures = fit.fitMeasures()
      return names.map { measures[$0] }
    }
  }
}
