/// How factors are turned towards simple structure.
public enum FactorRotation: Sendable, Hashable {
  /// Not at all.
  case none
  /// Varimax (Kaiser 1958): uncorrelated factors.
  case varimax
  /// Promax (Hendrickson and White 1964): the varimax solution's loadings to this power (κ, usually 4), signs kept, are the
  /// target of an oblique least-squares rotation.
  case promax(power: Double)
  /// Direct oblimin (Jennrich and Sampson 1966); γ = 0 is quartimin, negative values give less correlated factors.
  case oblimin(gamma: Double)
  /// Direct quartimin: oblimin with γ = 0.
  case quartimin
  /// Geomin (Yates 1987) with ε added to squared loadings; lavaan's default is 0.001.
  case geomin(epsilon: Double)

  /// The rotation of a name with its usual setting: `none`, `varimax`, `promax` (κ = 4), `oblimin` (γ = 0), `quartimin`,
  /// `geomin` (ε = 0.001); `nil` for another name.
  public init?(_ name: String) {
    switch name {
    case "none": self = .none
    case "varimax": self = .varimax
    case "promax": self = .promax(power: 4)
    case "oblimin": self = .oblimin(gamma: 0)
    case "quartimin": self = .quartimin
    case "geomin": self = .geomin(epsilon: 0.001)
    default: return nil
    }
  }

  /// The name without settings.
  public var name: String {
    switch self {
    case .none: "none"
    case .varimax: "varimax"
    case .promax: "promax"
    case .oblimin: "oblimin"
    case .quartimin: "quartimin"
    case .geomin: "geomin"
    }
  }

  /// Whether factors may correlate.
  public var isOblique: Bool {
    switch self {
    case .none, .varimax: false
    default: true
    }
  }

  /// Whether rows are scaled to communality 1 before the rotation and back after it (Kaiser 1958), as is the custom: for
  /// varimax and promax, not for the others (SPSS does it for oblimin too).
  public var usesKaiserNormalization: Bool {
    switch self {
    case .varimax, .promax: true
    default: false
    }
  }
}

/// How the search for the rotation went.
public struct RotationReport: Sendable, Hashable {
  /// The criterion at its minimum.
  public let value: Double
  /// The number of starts: the unrotated solution and random ones.
  public let starts: Int
  /// How many of them ended at the same minimum; few of many means local minima.
  public let startsAtMinimum: Int
  /// Whether the projected gradient vanished.
  public let isConverged: Bool
}
