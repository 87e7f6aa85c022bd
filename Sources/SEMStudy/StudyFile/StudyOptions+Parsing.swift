internal import SEM

extension StudyOptions {
  static let keys = [
    "convention", "estimator", "missing", "bootstrap", "seed", "confidence", "efa", "competing",
    "independent-controls",
    "cutoffs", "threads",
  ]

  /// Reads the options of a study file.
  init(_ node: StudyNode) throws(StudyError) {
    self.init()
    let fields = try node.fields(Self.keys)
    if let convention = fields["convention"] {
      self.convention = try convention.choice(["amos": .amos, "lavaan": .lavaan])
    }
    if let estimator = fields["estimator"] {
      let name = try estimator.text()
      guard let preset = EstimatorPreset(name) else {
        throw estimator.failure(
          .wrongValue, "There is no estimator \(quoted(name)).",
          hint: "Write one of \(listed(EstimatorPreset.names, limit: 20)).")
      }
      self.estimator = preset.name
    }
    if let missing = fields["missing"] {
      self.missing = try missing.choice([
        "listwise": .listwise, "fiml": .fullInformation, "ml": .fullInformation, "two.stage": .twoStage,
      ])
    }
    if let bootstrap = fields["bootstrap"] { try read(bootstrap: bootstrap) }
    if let seed = fields["seed"] { self.seed = UInt64(try seed.integer(0...Int.max)) }
    if let confidence = fields["confidence"] { confidenceLevel = try confidence.number(0.5...0.999) }
    if let efa = fields["efa"] { try read(efa: efa) }
    if let competing = fields["competing"] { try read(competing: competing) }
    if let independent = fields["independent-controls"] { independentControls = try independent.flag() }
    if let cutoffs = fields["cutoffs"] { self.cutoffs = try StudyCutoffs(cutoffs) }
    if let threads = fields["threads"] { self.threads = try threads.integer(1...1024) }
  }

  private mutating func read(bootstrap node: StudyNode) throws(StudyError) {
    guard node.pairs != nil else {
      bootstrapDraws = try node.integer(0...1_000_000)
      return
    }
    let fields = try node.fields(["draws", "interval", "seed"])
    if let draws = fields["draws"] { bootstrapDraws = try draws.integer(0...1_000_000) }
    if let seed = fields["seed"] { self.seed = UInt64(try seed.integer(0...Int.max)) }
    if let interval = fields["interval"] {
      bootstrapInterval = try interval.choice([
        "percentile": .percentile, "bias-corrected": .biasCorrected, "bc": .biasCorrected, "bca": .bca,
      ])
    }
  }

  private mutating func read(efa node: StudyNode) throws(StudyError) {
    let fields = try node.fields(["method", "rotation", "factors"])
    if let method = fields["method"] {
      factorExtraction = try method.choice([
        "principal-components": .principalComponents, "pca": .principalComponents,
        "principal-axis": .principalAxis, "paf": .principalAxis, "maximum-likelihood": .maximumLikelihood,
        "ml": .maximumLikelihood,
      ])
    }
    if let rotation = fields["rotation"] {
      let name = try rotation.text()
      guard let value = FactorRotation(name) else {
        throw rotation.failure(
          .wrongValue, "There is no rotation \(quoted(name)).",
          hint: "Write none, varimax, promax, oblimin, quartimin or geomin.")
      }
      factorRotation = value
    }
    if let factors = fields["factors"] {
      if Int(try factors.text()) != nil {
        factorCount = .fixed(try factors.integer(1...200))
      } else {
        factorCount = try factors.choice([
          "constructs": .constructs, "kaiser": .kaiser, "parallel": .parallel,
        ])
      }
    }
  }

  private mutating func read(competing node: StudyNode) throws(StudyError) {
    guard let elements = node.elements else {
      throw node.failure(
        .wrongValue, "\(node.name) should list the constructs whose factors become one, step by step.",
        hint: "Write for instance [PU + PEOU, FI + FB].")
    }
    for element in elements {
      let names = try element.text().split { "+＋,".contains($0) }.map {
        StudyName($0.trimmedSpaces, at: element.place)
      }
      guard names.count > 1 else {
        throw element.failure(
          .wrongValue, "A step joins at least two constructs.", hint: "Write for instance \"PU + PEOU\".")
      }
      competingMerges.append(names)
    }
  }
}

extension StudyCutoffs {
  /// The cut-offs by their keys.
  private static var fields: KeyValuePairs<String, WritableKeyPath<StudyCutoffs, Double>> {
    [
      "alpha": \.alpha, "item-total": \.itemTotal, "kmo": \.kmo, "loading": \.loading,
      "composite-reliability": \.compositeReliability, "average-variance": \.averageVariance, "htmt": \.htmt,
      "harman": \.harman, "significance": \.significance,
    ]
  }

  init(_ node: StudyNode) throws(StudyError) {
    self.init()
    let values = try node.fields(Self.fields.map(\.key))
    for (key, field) in Self.fields {
      if let value = values[key] { self[keyPath: field] = try value.number(0...1) }
    }
  }
}
