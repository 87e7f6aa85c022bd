import Foundation
import Testing

/// The part of JSON Schema (draft 2020-12) that the schemas in `Docs/schema` use.
struct Schema {
  private let root: [String: Any]
  /// Whether members that the schema does not name are a problem.
  private let isStrict: Bool

  init(named name: String, strict: Bool = false) throws {
    isStrict = strict
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Docs/schema/\(name).json")
    root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
  }

  /// What is wrong with a value, each with its path; empty for a valid one.
  func problems(_ value: Any) -> [String] { problems(value, root, "$") }

  private func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    var found: [String] = []
    if let reference = schema["$ref"] as? String {
      var target: Any? = root
      for part in reference.split(separator: "/").dropFirst() {
        target = (target as? [String: Any])?[String(part)]
      }
      guard let target = target as? [String: Any] else { return ["\(path): no schema \(reference)"] }
      found += problems(value, target, path)
    }
    if let constant = schema["const"] as? NSObject, !constant.isEqual(value) {
      found.append("\(path): not \(constant)")
    }
    if let choices = schema["enum"] as? [NSObject], !choices.contains(where: { $0.isEqual(value) }) {
      found.append("\(path): \(value) is none of the choices")
    }
    if let alternatives = schema["anyOf"] as? [[String: Any]],
      !alternatives.contains(where: { problems(value, $0, path).isEmpty })
    {
      found.append("\(path): no alternative fits")
    }
    if let types = (schema["type"] as? String).map({ [$0] }) ?? schema["type"] as? [String],
      !types.contains(where: { Self.has(value, type: $0) })
    {
      return found + ["\(path): not of type \(types.joined(separator: " or "))"]
    }
    if let minimum = schema["minimum"] as? Double, let number = value as? Double, number < minimum {
      found.append("\(path): \(number) is below \(minimum)")
    }
    if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
      for (index, item) in list.enumerated() { found += problems(item, items, "\(path)[\(index)]") }
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        found.append("\(path): \(name) is missing")
      }
      for (name, member) in object {
        if let property = properties[name] {
          found += problems(member, property, "\(path).\(name)")
        } else if let rest = schema["additionalProperties"] as? [String: Any] {
          found += problems(member, rest, "\(path).\(name)")
        } else if schema["additionalProperties"] as? Bool == false || (isStrict && !properties.isEmpty) {
          found.append("\(path): \(name) is unknown")
        }
      }
    }
    return found
  }

  private static func has(_ value: Any, type: String) -> Bool {
    // Foundation bridges 0 and 1 to Bool as well, so that numbers are told by what else they convert to.
    let number = value as? NSNumber
    switch type {
    case "null": return value is NSNull
    case "boolean": return value is Bool
    case "integer": return (number?.doubleValue).map { $0 == $0.rounded() } ?? false
    case "number": return number != nil
    case "string": return value is String
    case "array": return value is [Any]
    case "object": return value is [String: Any]
    default: return false
    }
  }
}
