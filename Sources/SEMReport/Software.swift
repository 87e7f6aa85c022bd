/// The name and version that reports and the command line state.
public enum Software {
  /// The program's name.
  public static let name = "swift-sem"
  /// The version, as in the changelog.
  public static let version = "0.1.0"
}
