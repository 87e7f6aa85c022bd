internal import SEM

extension Study {
  /// Which answers enter item statistics: as in the models.
  var missingAnswers: MissingAnswers { file.options.missing == .listwise ? .listwise : .fullInformation }

  /// Who answered, and how.
  func describe(_ result: inout StudyResult) {
    if !file.data.respondents.isEmpty {
      result.respondents = StudyPart { () throws(StudyError) in
        var tables: [FrequencyTable] = []
        for property in file.data.respondents {
          tables.append(try FrequencyTable(table, variable: property.column))
        }
        return tables
      }
    }
    result.items = StudyPart { () throws(StudyError) in try ItemDescriptives(table, items: itemCodes) }
    result.normality = StudyPart { () throws(StudyError) in try MardiaTest(table, items: itemCodes) }
    result.missing = StudyPart { () throws(StudyError) in try MissingSummary(table, items: itemCodes) }
    result.quality = StudyPart { () throws(StudyError) in
      var scales: [String: ClosedRange<Double>] = [:]
      for construct in file.constructs {
        if let scale = construct.scale { for item in construct.items { scales[item.code] = scale } }
      }
      return try ResponseQuality(answers, items: itemCodes, scale: file.data.scale, scales: scales)
    }
  }

  /// Exploratory factors of all items.
  func explore(_ result: inout StudyResult) {
    guard itemCodes.count > 1 else { return }
    let options = file.options
    let moments = StudyPart { () throws(StudyError) in
      try ItemMoments(table, items: itemCodes, missing: missingAnswers)
    }
    result.adequacy = moments.map { (moments) throws(StudyError) in try SamplingAdequacy(moments) }
    result.parallel = moments.map { (moments) throws(StudyError) in
      try ParallelAnalysis(moments, seed: options.seed, threads: options.threads)
    }
    let parallel = result.parallel
    result.exploration = moments.map { (moments) throws(StudyError) in
      let count: Int
      switch options.factorCount {
      case .constructs: count = file.constructs.count
      case .kaiser: count = try moments.kaiserCount()
      case .fixed(let number): count = number
      case .parallel:
        let variant: ParallelAnalysis.Variant =
          options.factorExtraction == .principalComponents ? .components : .factors
        count = max(
          1, parallel.value?.suggestedCount(variant) ?? parallel.value?.suggestedCount(.components) ?? 1)
      }
      var settings = FactorOptions(options.factorExtraction, options.factorRotation)
      settings.seed = options.seed
      return try ExploratoryFactorAnalysis(
        moments, factorCount: min(count, itemCodes.count), options: settings)
    }
  }
}

extension StudyError {
  /// The same with a place in the study file, where it has none.
  func placed(at place: StudyPlace?, in file: StudyFile) -> StudyError {
    var error = self
    if error.place == nil { error.place = place }
    return file.located(error)
  }
}
