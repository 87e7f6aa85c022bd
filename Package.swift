// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target: Swift 6 language mode, no warning survives, explicit existentials and imports.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "swift-sem",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SEM", targets: ["SEM"]),
    .library(name: "SEMNumerics", targets: ["SEMNumerics"]),
    .library(name: "SEMStudy", targets: ["SEMStudy"]),
    .library(name: "SEMReport", targets: ["SEMReport"]),
    .executable(name: "swift-sem", targets: ["swift-sem"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // The one door to LAPACK and BLAS: the system's on Linux, Accelerate on Apple platforms.
    .target(
      name: "CLinearAlgebra",
      cSettings: [
        .define("ACCELERATE_NEW_LAPACK", .when(platforms: [.macOS, .iOS]))
      ],
      linkerSettings: [
        .linkedLibrary("dl", .when(platforms: [.linux])),
        .linkedLibrary("m", .when(platforms: [.linux])),
        .linkedFramework("Accelerate", .when(platforms: [.macOS, .iOS])),
      ]
    ),
    .target(name: "SEMNumerics", dependencies: ["CLinearAlgebra"], swiftSettings: strict),
    .target(name: "SEM", dependencies: ["SEMNumerics"], swiftSettings: strict),
    // Study files are YAML: the system's libyaml (MIT). Swift packages of it need all of Foundation, which takes the
    // command two milliseconds to start.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .target(name: "SEMStudy", dependencies: ["SEM", "SEMNumerics", "CYAML"], swiftSettings: strict),
    .target(name: "SEMReport", dependencies: ["SEMStudy", "SEM", "SEMNumerics"], swiftSettings: strict),
    .executableTarget(
      name: "swift-sem",
      dependencies: [
        "SEM", "SEMReport", "SEMStudy", "SEMNumerics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),

    // Worked examples, each readable in two minutes: swift run P2PFinancing
    .executableTarget(
      name: "P2PFinancing", dependencies: ["SEM"], path: "Examples/P2PFinancing",
      exclude: ["study.yaml", "model-b.yaml", "wording.csv"], swiftSettings: strict),
    .executableTarget(
      name: "ModelBData", dependencies: ["SEMNumerics"], path: "Examples/ModelBData", swiftSettings: strict),
    .executableTarget(
      name: "HolzingerSwineford", dependencies: ["SEM"], path: "Examples/HolzingerSwineford",
      swiftSettings: strict),
    .executableTarget(
      name: "MonteCarloStudy", dependencies: ["SEM", "SEMNumerics"], path: "Examples/MonteCarloStudy",
      swiftSettings: strict),
    .executableTarget(
      name: "PoliticalDemocracy", dependencies: ["SEM"], path: "Examples/PoliticalDemocracy",
      swiftSettings: strict),

    .testTarget(
      name: "SEMNumericsTests", dependencies: ["SEMNumerics", "CLinearAlgebra"], swiftSettings: strict),
    .testTarget(
      name: "SEMTests", dependencies: ["SEM", "SEMNumerics"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "SEMStudyTests", dependencies: ["SEMStudy", "SEM", "SEMNumerics"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "SEMReportTests", dependencies: ["SEMReport", "SEMStudy", "SEM", "SEMNumerics"],
      exclude: ["Snapshots"],
      swiftSettings: strict),
    // Runs the built command; it finds the executable beside the tests.
    .testTarget(name: "CommandTests", dependencies: ["swift-sem"], swiftSettings: strict),
    .testTarget(
      name: "ExampleTests", resources: [.copy("Snapshots")], swiftSettings: strict),
    // Counts heap allocations: the test program's malloc is its own.
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "AllocationTests", dependencies: ["SEM", "SEMNumerics", "AllocationCounter"],
      swiftSettings: strict),
  ]
)
