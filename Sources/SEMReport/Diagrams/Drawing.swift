/// A picture as values: shapes and text on a canvas, which renderers turn into SVG or TikZ.
///
/// One unit is a CSS pixel, 1/96 inch; x grows to the right and y downwards. Later elements cover earlier ones.
public struct Drawing: Sendable, Hashable {
  /// A place on the canvas.
  public struct Point: Sendable, Hashable {
    /// Rightwards.
    public var x: Double
    /// Downwards.
    public var y: Double

    /// Makes a point.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A box parallel to the axes.
  public struct Rectangle: Sendable, Hashable {
    /// The left end.
    public var minX: Double
    /// The upper end.
    public var minY: Double
    /// The right end.
    public var maxX: Double
    /// The lower end.
    public var maxY: Double

    /// Makes a box from its ends.
    public init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
      self.minX = minX
      self.minY = minY
      self.maxX = maxX
      self.maxY = maxY
    }

    /// Makes a box around a point.
    public init(center: Point, width: Double, height: Double) {
      self.init(
        minX: center.x - width / 2, minY: center.y - height / 2, maxX: center.x + width / 2,
        maxY: center.y + height / 2)
    }

    /// The width.
    public var width: Double { maxX - minX }
    /// The height.
    public var height: Double { maxY - minY }
    /// The middle.
    public var center: Point { Point((minX + maxX) / 2, (minY + maxY) / 2) }
  }

  /// A line of straight and curved pieces.
  public struct Path: Sendable, Hashable {
    /// One piece.
    public enum Segment: Sendable, Hashable {
      /// Begins a new line.
      case move(Point)
      /// A straight line.
      case line(Point)
      /// A cubic Bézier curve with two control points.
      case curve(Point, Point, Point)
      /// Back to the beginning.
      case close
    }

    /// The pieces.
    public var segments: [Segment]

    /// Makes a path.
    public init(_ segments: [Segment]) { self.segments = segments }

    /// Straight lines from point to point.
    public init(_ points: [Point], closed: Bool = false) {
      segments = points.enumerated().map { $0 == 0 ? .move($1) : .line($1) } + (closed ? [.close] : [])
    }
  }

  /// A colour.
  public struct Color: Sendable, Hashable {
    /// 0xRRGGBB.
    public var rgb: UInt32

    /// Makes a colour from 0xRRGGBB.
    public init(_ rgb: UInt32) { self.rgb = rgb & 0xFFFFFF }

    /// Black.
    public static let black = Color(0x000000)
    /// White.
    public static let white = Color(0xFFFFFF)

    /// Mixes two colours: `share` of `other`, between 0 and 1.
    public func mixed(with other: Color, share: Double) -> Color {
      let share = share.isFinite ? min(max(share, 0), 1) : 0
      func part(_ shift: UInt32) -> UInt32 {
        let a = Double((rgb >> shift) & 0xFF)
        let b = Double((other.rgb >> shift) & 0xFF)
        return UInt32((a + (b - a) * share).rounded()) << shift
      }
      return Color(part(16) | part(8) | part(0))
    }
  }

  /// How a shape is drawn.
  public struct Style: Sendable, Hashable {
    /// The colour of the line; `nil` for none.
    public var stroke: Color?
    /// The width of the line.
    public var width: Double
    /// The colour inside; `nil` for none.
    public var fill: Color?
    /// Lengths of strokes and gaps; empty for a solid line.
    public var dash: [Double]

    /// Makes a style.
    public init(stroke: Color? = .black, width: Double = 1, fill: Color? = nil, dash: [Double] = []) {
      self.stroke = stroke
      self.width = width
      self.fill = fill
      self.dash = dash
    }
  }

  /// One line of text.
  public struct Text: Sendable, Hashable {
    /// What the position is of the text.
    public enum Anchor: String, Sendable, Hashable {
      /// The left end.
      case start
      /// The middle.
      case middle
      /// The right end.
      case end
    }

    /// The characters.
    public var string: String
    /// The anchor's place on the baseline.
    public var position: Point
    /// The height of the font.
    public var size: Double
    /// Which end is anchored.
    public var anchor: Anchor
    /// The colour.
    public var color: Color
    /// Whether the font is bold.
    public var isBold: Bool
    /// Whether the font is italic.
    public var isItalic: Bool
    /// The turn around the position in degrees, clockwise.
    public var rotation: Double

    /// Makes a text.
    public init(
      _ string: String, at position: Point, size: Double, anchor: Anchor = .middle, color: Color = .black,
      isBold: Bool = false, isItalic: Bool = false, rotation: Double = 0
    ) {
      self.string = string
      self.position = position
      self.size = size
      self.anchor = anchor
      self.color = color
      self.isBold = isBold
      self.isItalic = isItalic
      self.rotation = rotation
    }

    /// Makes a text whose digits and capitals stand in the middle around a point.
    public static func centered(
      _ string: String, at center: Point, size: Double, color: Color = .black, isBold: Bool = false,
      isItalic: Bool = false
    ) -> Text {
      Text(
        string, at: Point(center.x, center.y + 0.36 * size), size: size, color: color, isBold: isBold,
        isItalic: isItalic)
    }
  }

  /// A shape or a text.
  public enum Element: Sendable, Hashable {
    /// A line or an area.
    case path(Path, Style)
    /// An ellipse that fills a box.
    case ellipse(Rectangle, Style)
    /// A box.
    case rectangle(Rectangle, cornerRadius: Double, Style)
    /// A text.
    case text(Text)
  }

  /// What the picture is, in a few words: for screen readers.
  public var title: String
  /// What it shows, in sentences: for screen readers.
  public var summary: String
  /// The part of the plane that is shown.
  public var bounds: Rectangle
  /// The colour behind everything; `nil` for none.
  public var background: Color?
  /// The fonts, in the order of preference; the last is a generic family.
  public var fontFamilies: [String]
  /// The shapes.
  public var elements: [Element]

  /// Makes a picture.
  public init(
    title: String, summary: String = "", bounds: Rectangle, background: Color? = .white,
    fontFamilies: [String] = Drawing.sansSerif, elements: [Element] = []
  ) {
    self.title = title
    self.summary = summary
    self.bounds = bounds
    self.background = background
    self.fontFamilies = fontFamilies
    self.elements = elements
  }

  /// Sans serif fonts with Chinese, Japanese and Korean ones behind.
  public static let sansSerif = [
    "Helvetica", "Arial", "Liberation Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "Noto Sans SC", "Source Han Sans SC", "sans-serif",
  ]
  /// Serif fonts with Chinese, Japanese and Korean ones behind.
  public static let serif = [
    "Times New Roman", "Times", "Liberation Serif", "Songti SC", "SimSun", "Noto Serif CJK SC",
    "Noto Serif SC", "Source Han Serif SC", "serif",
  ]
}

extension Drawing {
  /// Adds a line.
  mutating func add(_ points: [Point], _ style: Style) { elements.append(.path(Path(points), style)) }

  /// Adds lines of text, centred around a point.
  mutating func add(
    _ lines: [String], around center: Point, size: Double, color: Color = .black, isBold: Bool = false,
    isItalic: Bool = false
  ) {
    let step = TextMetrics.lineHeight(size)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      let y = center.y + (Double(number) - Double(lines.count - 1) / 2) * step
      elements.append(
        .text(
          .centered(
            line, at: Point(center.x, y), size: size, color: color, isBold: isBold, isItalic: isItalic)))
    }
  }

  /// Numbers of coordinates: two decimals at most, without zeros behind.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = (value.magnitude * 100).rounded()
    // Beyond this a coordinate is a mistake, but not one to trap on.
    let scaled = hundredths < 1e15 ? Int(hundredths) : 0
    guard scaled != 0 else { return "0" }
    var text = (value < 0 ? "-" : "") + String(scaled / 100)
    let rest = scaled % 100
    if rest != 0 {
      text += "." + String(rest / 10)
      if rest % 10 != 0 { text += String(rest % 10) }
    }
    return text
  }
}
