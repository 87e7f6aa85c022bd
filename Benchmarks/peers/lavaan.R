# Times lavaan on one case, on request: reads a line "moments", "estimates" or "whole" from standard input, answers with seconds.
#
#   Rscript lavaan.R FOLDER     FOLDER holds model.lav, data.csv and estimates.json (swift-sem-bench --export)
#
# Data and model are read before. "moments" refits from a fit's slots, lavaan's quickest way; "estimates" is point estimates and nothing else; "whole" adds standard errors, the test,
# every fit measure and the standardised solution. "result" answers with the estimates, so that the caller can compare.
suppressPackageStartupMessages(library(lavaan))
folder <- commandArgs(trailingOnly = TRUE)[1]
model <- paste(readLines(file.path(folder, "model.lav")), collapse = "\n")
data <- read.csv(file.path(folder, "data.csv"))
fixed <- !grepl('"fixedCovariates":false', paste(readLines(file.path(folder, "estimates.json"), warn = FALSE), collapse = ""))

# lavaan(sem) options: no more than the estimates need.
estimates <- function() {
  sem(model, data, fixed.x = fixed, se = "none", test = "none", baseline = FALSE, h1 = FALSE,
      check.start = FALSE, check.post = FALSE, check.gradient = FALSE, check.vcov = FALSE, implied = FALSE, loglik = FALSE)
}
# The same from moments that are there already: the slots of a fit, as lavaan's own simulations and bootstraps do it.
base <- estimates()
table <- base@ParTable
table$est <- NULL # else lavaan starts from the solution
moments <- function() {
  lavaan(slotOptions = base@Options, slotParTable = table, slotSampleStats = base@SampleStats,
         slotData = base@Data, slotCache = base@Cache)
}
whole <- function() {
  fit <- sem(model, data, fixed.x = fixed)
  list(parameterEstimates(fit), fitMeasures(fit), standardizedSolution(fit))
}

cat(sprintf("ready lavaan %s, R %s, %s\n", packageVersion("lavaan"), getRversion(), basename(extSoftVersion()[["BLAS"]])))
clock <- function() sum(proc.time()[c("user.self", "sys.self")]) # processor time
input <- file("stdin", "r")
repeat {
  line <- readLines(input, 1)
  if (length(line) == 0) break
  if (line == "result") {
    found <- parTable(base)
    found <- found[found$free > 0, ]
    cat(paste(found$lhs, found$op, found$rhs, sprintf("%.12g", found$est), collapse = ";"), "\n", sep = "")
  } else {
    begin <- clock()
    task <- get(line)
    # The clock of R has steps of a millisecond.
    times <- 0
    repeat {
      task()
      times <- times + 1
      if (clock() - begin > 0.15) break
    }
    cat(sprintf("%.9f\n", (clock() - begin) / times))
  }
  flush(stdout())
}
