/// How a path diagram looks: colours, fonts, line widths. Change a copy of one of the three for your own.
public struct DiagramTheme: Sendable, Hashable {
  /// The fonts, in the order of preference.
  public var fontFamilies: [String]
  /// The size of the names of latent and structural variables.
  public var nodeTextSize: Double
  /// The size of the names of indicators.
  public var itemTextSize: Double
  /// The size of the values on the arrows.
  public var labelSize: Double
  /// Behind everything.
  public var background: Drawing.Color
  /// Names and values.
  public var textColor: Drawing.Color
  /// Ellipses.
  public var latent: Drawing.Style
  /// Boxes.
  public var observed: Drawing.Style
  /// The circles of residuals.
  public var residual: Drawing.Style
  /// How round the corners of boxes are.
  public var cornerRadius: Double
  /// Arrows of regressions between variables.
  public var regression: Drawing.Style
  /// Arrows from latent variables to their indicators.
  public var loading: Drawing.Style
  /// Double-headed curves.
  public var covariance: Drawing.Style
  /// The dashes of what is not significant.
  public var insignificantDash: [Double]
  /// The colour of what is not significant; `nil` for that of the others.
  public var insignificantColor: Drawing.Color?
  /// The length of arrow heads.
  public var arrowLength: Double
  /// The width of arrow heads.
  public var arrowWidth: Double
  /// How residuals are drawn where the options leave it open.
  public var residuals: DiagramOptions.Residuals
  /// Whether numbers below 1 lose their leading zero, as in AMOS.
  public var omitsLeadingZero: Bool

  /// Black on white, short arrows for residuals: for print.
  public static let paper = DiagramTheme(
    fontFamilies: Drawing.sansSerif, nodeTextSize: 13, itemTextSize: 11, labelSize: 11, background: .white,
    textColor: .black, latent: Drawing.Style(width: 1.2, fill: .white),
    observed: Drawing.Style(width: 1, fill: .white), residual: Drawing.Style(width: 0.8, fill: .white),
    cornerRadius: 0, regression: Drawing.Style(width: 1.2, fill: nil), loading: Drawing.Style(width: 0.8),
    covariance: Drawing.Style(width: 0.8), insignificantDash: [5, 3], insignificantColor: nil,
    arrowLength: 8, arrowWidth: 6, residuals: .arrows, omitsLeadingZero: false)

  /// Quiet colours on white: for slides and web pages.
  public static let screen: DiagramTheme = {
    var theme = paper
    let ink = Drawing.Color(0x1F2937)
    let blue = Drawing.Color(0x1D4ED8)
    let slate = Drawing.Color(0x64748B)
    theme.textColor = ink
    theme.latent = Drawing.Style(stroke: blue, width: 1.5, fill: Drawing.Color(0xDBEAFE))
    theme.observed = Drawing.Style(stroke: slate, width: 1, fill: Drawing.Color(0xF1F5F9))
    theme.residual = Drawing.Style(stroke: slate, width: 0.8, fill: .white)
    theme.cornerRadius = 3
    theme.regression = Drawing.Style(stroke: blue, width: 1.6)
    theme.loading = Drawing.Style(stroke: slate, width: 0.9)
    theme.covariance = Drawing.Style(stroke: Drawing.Color(0xB45309), width: 0.9)
    theme.insignificantColor = Drawing.Color(0x9CA3AF)
    return theme
  }()

  /// As AMOS draws: a serif font, circles e1, e2 … for residuals, no zero before the point.
  public static let amos: DiagramTheme = {
    var theme = paper
    theme.fontFamilies = Drawing.serif
    theme.latent = Drawing.Style(width: 1, fill: .white)
    theme.regression = Drawing.Style(width: 1)
    theme.loading = Drawing.Style(width: 1)
    theme.covariance = Drawing.Style(width: 1)
    theme.residuals = .circles
    theme.omitsLeadingZero = true
    return theme
  }()
}

/// What a path diagram shows, and how it is laid out.
public struct DiagramOptions: Sendable, Hashable {
  /// The numbers on the arrows.
  public enum Values: String, Sendable, Hashable, CaseIterable {
    /// Standardised on all variables (`std.all`).
    case standardized
    /// As estimated.
    case raw
    /// None.
    case none
  }

  /// How residuals are drawn.
  public enum Residuals: String, Sendable, Hashable, CaseIterable {
    /// Circles e1, e2 … with an arrow, as in AMOS.
    case circles
    /// Short arrows, as in LISREL.
    case arrows
    /// Not at all.
    case none
  }

  /// Which double-headed curves are drawn; those fixed to 0 never are.
  public enum Covariances: String, Sendable, Hashable, CaseIterable {
    /// All.
    case all
    /// Those that the model estimates, not the sample's of fixed covariates.
    case estimated
    /// None.
    case none
  }

  /// How means and intercepts are shown.
  public enum Means: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// A number in each variable.
    case values
    /// Arrows from a triangle, the constant 1, to latent variables; numbers in observed ones.
    case triangle
  }

  /// Where arrows point.
  public enum Direction: String, Sendable, Hashable, CaseIterable {
    /// From left to right.
    case leftToRight = "left-to-right"
    /// From top to bottom.
    case topDown = "top-down"
  }

  /// The numbers on the arrows.
  public var values = Values.standardized
  /// Whether the labels of parameters (`a*x`) stand before the numbers, as `a: 0.47`.
  public var showsParameterLabels = false
  /// Whether stars mark significance: \* p < .05, \*\* p < .01, \*\*\* p < .001.
  public var showsStars = false
  /// Arrows whose p-value is not below it are dashed; `nil` dashes none.
  public var dashedFrom: Double? = 0.05
  /// Whether R² stands in each variable that is explained.
  public var showsRSquared = false
  /// How residuals are drawn; `nil` leaves it to the theme.
  public var residuals: Residuals?
  /// Whether the variances of residuals and of exogenous variables are printed.
  public var showsVariances = false
  /// Which double-headed curves are drawn.
  public var covariances = Covariances.all
  /// Whether indicators are drawn; without them the structural part alone is.
  public var showsIndicators = true
  /// How means and intercepts are shown.
  public var means = Means.none
  /// The decimals of numbers, 0 to 6.
  public var decimals = 2
  /// What to print instead of the names of variables, in any script.
  public var labels: [String: String] = [:]
  /// The width at which names of variables are broken into lines.
  public var labelWidth = 110.0
  /// Where arrows point.
  public var direction = Direction.leftToRight
  /// The look.
  public var theme = DiagramTheme.paper
  /// A line under the picture, such as the meaning of stars.
  public var note = ""

  /// Standardised values in black and white, from left to right.
  public init() {}
}
