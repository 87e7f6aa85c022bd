internal import ArgumentParser

/// One of several words after an option.
///
/// What the parser would find out of any `CaseIterable` type is spelled out here: its way takes two searches of the whole
/// program for each type, at every start.
protocol Choice: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  static var allValueDescriptions: [String: String] { [:] }
  var defaultValueDescription: String { rawValue }
}
