import ArgumentParser

@main
struct SwiftSEM: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "swift-sem")
}
