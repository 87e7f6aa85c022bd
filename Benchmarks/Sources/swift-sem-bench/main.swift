import Foundation
import SEM
import SEMNumerics
import SEMReport

let usage = """
  usage: swift-sem-bench [--filter TEXT] [--time SECONDS | --calls NUMBER] [--json FILE] [--markdown FILE] [--large]
                         [--export FOLDER] [--serve CASE] [--repeat CASE TASK COUNT]
                         [--indicators P estimates|whole]
                         [--write-numbers FILE ROWS COLUMNS] [--read-numbers FILE]

    --filter    run the benchmarks whose group/name contains the text
    --time      seconds of measurement for each (1)
    --large     add models of 800 and 1600 indicators
    --calls     call each benchmark so many times and measure nothing, for a profiler
    --export    write models and data of the cases for other programs, and our estimates; measure nothing
    --serve     answer the requests of peers/compare.py about one case
    --repeat    call one task of a case so many times, for a profiler: --repeat 9-indicators moments 1000
    --indicators      fit the model with so many indicators; print one line of JSON with times and peak memory
    --write-numbers   write a CSV file of random numbers
    --read-numbers    moments of a CSV file, read as a stream; print one line of JSON
  """

let harness = Harness()
var jsonPath: String?
var markdownPath: String?
var exportFolder: String?
var serveName: String?
var isLarge = false
var arguments = Array(CommandLine.arguments.dropFirst().reversed())
while let argument = arguments.popLast() {
  switch argument {
  case "--filter": harness.filter = arguments.popLast() ?? ""
  case "--time": harness.time = arguments.popLast().flatMap(Double.init) ?? 1
  case "--calls": harness.callCount = arguments.popLast().flatMap(Int.init)
  case "--json": jsonPath = arguments.popLast()
  case "--markdown": markdownPath = arguments.popLast()
  case "--export": exportFolder = arguments.popLast()
  case "--serve": serveName = arguments.popLast()
  case "--large": isLarge = true
  case "--repeat":
    guard let folder = arguments.popLast(), let kind = arguments.popLast(),
      let count = arguments.popLast().flatMap(Int.init),
      let name = (Case.names + Case.furtherNames).first(where: { Case.folder($0) == folder }),
      let task = try tasks(of: Case.named(name))[kind]
    else { exit(2) }
    try repeated(task, count: count)
    exit(0)
  case "--indicators":
    guard let p = arguments.popLast().flatMap(Int.init), let task = arguments.popLast() else { exit(2) }
    try measureScale(indicators: p, whole: task == "whole")
    exit(0)
  case "--write-numbers":
    guard let path = arguments.popLast(), let rows = arguments.popLast().flatMap(Int.init),
      let columns = arguments.popLast().flatMap(Int.init)
    else { exit(2) }
    try writeNumbers(to: URL(fileURLWithPath: path), rows: rows, columns: columns)
    exit(0)
  case "--read-numbers":
    guard let path = arguments.popLast() else { exit(2) }
    try measureReading(path)
    exit(0)
  default:
    print(usage)
    exit(argument == "--help" ? 0 : 2)
  }
}

if let exportFolder {
  try export((Case.names + Case.furtherNames).map(Case.named), to: URL(fileURLWithPath: exportFolder))
  exit(0)
}

if let serveName {
  guard let name = (Case.names + Case.furtherNames).first(where: { Case.folder($0) == serveName }) else {
    exit(2)
  }
  try serve(Case.named(name))
  exit(0)
}

let machine = Machine()
print(machine.description)

for name in Case.names where harness.wants("moments, fitter made anew/\(name) moments, fitter reused/\(name)")
{
  let test = try Case.named(name)
  let (table, moments) = try test.prepared()
  let fitter = try ModelFitter(table: table)
  let fit = try fitter.fit(moments)
  let note =
    "\(table.freeParameterCount) parameters, \(fit.convergence.iterations) steps, \(fit.convergence.evaluations) evaluations"
  try harness.measure(
    "moments, fitter made anew", test.name, note: note, published: test.publishedEstimates
  ) {
    try ModelFitter(table: table).fit(moments).discrepancy
  }
  try harness.measure("moments, fitter reused", test.name, note: note) { try fitter.fit(moments).discrepancy }
}

for name in Case.names where harness.wants("whole/\(name)") {
  let test = try Case.named(name)
  try harness.measure("whole", test.name, published: test.publishedWhole) {
    try FitSummary(test.model().fit(to: test.data)).fitMeasures["rmsea"] ?? 0
  }
}

for name in Case.names where harness.wants("parse/\(name)") {
  let test = try Case.named(name)
  let names = test.data.variableNames
  try harness.measure("parse", test.name) {
    try Double(test.model().specification(dataVariables: names).table.freeParameterCount)
  }
}

for name in Case.names where harness.wants("modification indices/\(name) fit measures/\(name)") {
  let test = try Case.named(name)
  let fit = try test.model().fit(to: test.data)
  try harness.measure("modification indices", test.name) { try fit.modificationIndices()[0].index }
  harness.measure("fit measures", test.name) { fit.fitMeasures()["rmsea"] ?? 0 }
}

// The limits of the interval of RMSEA: two noncentralities at which a chi-square has given tails.
for (statistic, degrees) in [(85.305521772, 24.0), (38.1252, 35), (5000, 4505)] {
  harness.measure("RMSEA interval", "χ² \(Int(statistic)), df \(Int(degrees))") {
    NoncentralChiSquareDistribution.noncentrality(lowerTail: 0.95, at: statistic, degreesOfFreedom: degrees)
      + NoncentralChiSquareDistribution.noncentrality(
        lowerTail: 0.05, at: statistic, degreesOfFreedom: degrees)
  }
}

if harness.wants("csv/50 MB, numbers") {
  let file = FileManager.default.temporaryDirectory.appending(path: "swift-sem-bench-\(getpid()).csv")
  let (rows, columns) = (263_250, 20)
  try writeNumbers(to: file, rows: rows, columns: columns)
  defer { try? FileManager.default.removeItem(at: file) }
  try harness.measure("csv", "50 MB, numbers", note: "\(rows) rows × \(columns) columns") {
    Double(try DataTable(contentsOf: file.path).rowCount)
  }
}

for p in [50, 100, 200, 400] + (isLarge ? [800, 1600] : []) where harness.wants("scale/\(p) indicators") {
  let test = try Case.scaled(indicators: p)
  let (table, moments) = try test.prepared()
  let fit = try ModelFitter(table: table).fit(moments)
  try harness.measure(
    "scale", test.name,
    note:
      "\(table.freeParameterCount) parameters, \(fit.convergence.iterations) steps, \(fit.convergence.evaluations) evaluations"
  ) {
    try ModelFitter(table: table).fit(moments).discrepancy
  }
}

for name in Case.furtherNames where harness.wants("missing and robust/\(name)") {
  let test = try Case.named(name)
  let tasks = try tasks(of: test)
  if test.hasMissing, let task = tasks["whole"] {
    try harness.measure("missing and robust", test.name) { try task.run()[0] }
  }
  if test.hasMissing, let task = tasks["estimates"] {
    try harness.measure("missing and robust", test.name + ", estimates") { try task.run()[0] }
  }
  for kind in ["mlr", "mlm"] where !test.hasMissing {
    guard let task = tasks[kind] else { continue }
    try harness.measure("missing and robust", test.name + ", " + kind) { try task.run()[0] }
  }
}

for name in ["9 indicators", "30 indicators (P2P)"] {
  for kind in ["bootstrap", "bca", "simulate"] where harness.wants("resampling/\(name), \(kind)") {
    guard let task = try tasks(of: Case.named(name))[kind] else { continue }
    try harness.measure("resampling", "\(name), \(kind)") { try task.run()[0] }
  }
}

struct Report: Encodable {
  var schema = "swift-sem/bench/1"
  var machine: Machine
  var measurements: [Measurement]
}
if let jsonPath {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  try encoder.encode(Report(machine: machine, measurements: harness.measurements))
    .write(to: URL(fileURLWithPath: jsonPath))
}
if let markdownPath {
  try harness.markdown(machine: machine).write(toFile: markdownPath, atomically: true, encoding: .utf8)
}
