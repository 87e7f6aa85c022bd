// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// A package of its own, so that users of swift-sem never build it: swift run -c release --package-path Benchmarks
let package = Package(
  name: "swift-sem-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-sem", path: "..")],
  targets: [
    // Counts the calls of malloc and its kin; Linux with glibc only.
    .target(name: "CAllocationCounter"),
    .executableTarget(
      name: "swift-sem-bench",
      dependencies: [
        "CAllocationCounter",
        .product(name: "SEM", package: "swift-sem"),
        .product(name: "SEMNumerics", package: "swift-sem"),
        .product(name: "SEMReport", package: "swift-sem"),
      ],
      swiftSettings: strict
    ),
  ]
)
