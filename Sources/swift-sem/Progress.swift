internal import SEM
internal import SEMStudy
internal import Synchronization

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Set by Ctrl-C while draws are made.
private let isInterrupted = Atomic<Bool>(false)

/// A progress bar on a terminal, and Ctrl-C that ends the work early instead of losing it.
enum Progress {
  /// Runs a piece of work that can be followed and ended.
  static func watching<Result>(_ title: String, _ work: (BootstrapControl) throws -> Result) throws -> Result
  {
    let isShown = isatty(STDERR_FILENO) == 1
    let previous = catchInterrupt()
    defer { signal(SIGINT, previous) }
    var control = BootstrapControl()
    control.isCancelled = { isInterrupted.load(ordering: .relaxed) }
    if isShown {
      let start = Date()
      control.progress = { done, total in
        // Work that ends at once needs no bar.
        guard Date().timeIntervalSince(start) > 0.3 else { return }
        let width = 30
        let filled = width * done / max(total, 1)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        write("\r\(title) [\(bar)] \(done)/\(total)")
      }
    }
    defer { if isShown { write("\r\u{1B}[K") } }
    return try work(control)
  }

  /// Runs a study with a line that names its stage.
  static func following<Result>(_ language: StudyLanguage, _ work: (StudyProgress) -> Result) -> Result {
    let isShown = isatty(STDERR_FILENO) == 1
    let previous = catchInterrupt()
    defer { signal(SIGINT, previous) }
    var progress = StudyProgress()
    progress.isCancelled = { isInterrupted.load(ordering: .relaxed) }
    if isShown {
      progress.report = { stage, share in
        let stages = StudyStage.allCases
        let before = Double(stages.firstIndex(of: stage) ?? 0)
        let filled = Int(30 * (before + min(max(share, 0), 1)) / Double(stages.count))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        write("\r[\(bar)] \(stage.name[language])\u{1B}[K")
      }
    }
    defer { if isShown { write("\r\u{1B}[K") } }
    return work(progress)
  }

  /// Lets Ctrl-C set ``isInterrupted``; returns the handler that was there before.
  private static func catchInterrupt() -> (@convention(c) (Int32) -> Void)? {
    isInterrupted.store(false, ordering: .relaxed)
    // A handler may do little: it stores a flag. A second Ctrl-C ends the process as always.
    let previous = signal(SIGINT) { _ in
      isInterrupted.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
    // A parent that blocks signals (a test runner, a job queue) hands that down.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    return previous
  }

  private static func write(_ text: String) {
    Output.tell(text)
  }
}
