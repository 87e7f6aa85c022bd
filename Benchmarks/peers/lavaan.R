# Times lavaan on one case, on request.
#
#   Rscript lavaan.R FOLDER     FOLDER holds model.lav, data.csv and case.json (swift-sem-bench --export)
#
# Model and data are read before. Requests on standard input, an answer of one line each:
#   estimates        the objective F and the estimates
#   values TASK      numbers to compare with other programs
#   time TASK        seconds per call: of the processor, of the clock
# lavaan's options are chosen so that it computes no more than swift-sem does in the same task.
suppressPackageStartupMessages(library(lavaan))
folder <- commandArgs(trailingOnly = TRUE)[1]
model <- paste(readLines(file.path(folder, "model.lav")), collapse = "\n")
data <- read.csv(file.path(folder, "data.csv"))
case <- paste(readLines(file.path(folder, "case.json"), warn = FALSE), collapse = "")
fixed <- !grepl('"fixedCovariates":false', case)
incomplete <- grepl('"hasMissing":true', case)

# Point estimates and nothing else.
estimates <- function() {
  sem(model, data, fixed.x = fixed, missing = if (incomplete) "ml" else "listwise", se = "none", test = "none",
      baseline = FALSE, h1 = FALSE, check.start = FALSE, check.post = FALSE, check.gradient = FALSE,
      check.vcov = FALSE, implied = FALSE, loglik = FALSE)
}
# Made when first asked for.
cache <- new.env()
kept <- function(name, make) {
  if (is.null(cache[[name]])) assign(name, make(), cache)
  cache[[name]]
}
base <- function() kept("base", estimates)
fitted <- function() kept("fitted", function() sem(model, data, fixed.x = fixed))
population <- function() kept("population", function() lavInspect(fitted(), "implied")$cov)

DRAWS <- 40 # of a bootstrap or simulation that is timed; swift-sem makes 5000 and 10000

tasks <- list(
  # From the model's text and sample moments.
  moments = function() {
    fit <- sem(model, sample.cov = kept("covariance", function() cov(data)), sample.nobs = nrow(data), fixed.x = fixed,
               se = "none", test = "none", baseline = FALSE, h1 = FALSE, check.start = FALSE, check.post = FALSE,
               check.gradient = FALSE, check.vcov = FALSE, implied = FALSE, loglik = FALSE)
    2 * fit@optim$fx
  },
  # From the slots of a fit, as lavaan's own bootstrap does it.
  refit = function() {
    table <- kept("table", function() { t <- base()@ParTable; t$est <- NULL; t }) # else it starts at the solution
    fit <- lavaan(slotOptions = base()@Options, slotParTable = table, slotSampleStats = base()@SampleStats,
                  slotData = base()@Data, slotCache = base()@Cache)
    2 * fit@optim$fx
  },
  estimates = function() 2 * estimates()@optim$fx,
  whole = function() {
    fit <- sem(model, data, fixed.x = fixed, missing = if (incomplete) "ml" else "listwise")
    parameterEstimates(fit)
    measures <- fitMeasures(fit)
    standardizedSolution(fit)
    measures[if (incomplete) "chisq" else c("chisq", "cfi", "rmsea", "srmr")]
  },
  mlr = function() robust("MLR"),
  mlm = function() robust("MLM"),
  mi = function() max(modificationIndices(fitted())$mi),
  # As many draws as are asked for cost as many times more.
  bootstrap = function() {
    sum(bootstrapLavaan(fitted(), R = DRAWS, type = "ordinary", parallel = "no", iseed = 1)[, 1])
  },
  simulate = function() {
    sum <- 0
    names <- rownames(population())
    root <- chol(population())
    for (i in seq_len(DRAWS / 4)) {
      rows <- as.data.frame(matrix(rnorm(nrow(data) * length(names)), ncol = length(names)) %*% root)
      names(rows) <- names
      fit <- sem(model, rows, fixed.x = fixed, test = "none", baseline = FALSE, h1 = FALSE)
      sum <- sum + mean(sqrt(diag(vcov(fit))))
    }
    sum / (DRAWS / 4)
  }
)
robust <- function(name) {
  fit <- sem(model, data, fixed.x = fixed, estimator = name)
  parameterEstimates(fit)
  measures <- fitMeasures(fit)
  standardizedSolution(fit)
  measures[c("chisq", "chisq.scaled")]
}
# What one call stands for, in calls.
share <- c(bootstrap = 5000 / DRAWS, simulate = 10000 / (DRAWS / 4))

say <- function(...) { cat(..., "\n", sep = ""); flush(stdout()) }
say("ready lavaan ", as.character(packageVersion("lavaan")), ", R ", as.character(getRversion()), ", ",
    sub(".*/lib", "lib", normalizePath(extSoftVersion()[["BLAS"]])))
clock <- function() { t <- proc.time(); c(sum(t[c("user.self", "sys.self")]), t[["elapsed"]]) }
input <- file("stdin", "r")
repeat {
  line <- readLines(input, 1)
  if (length(line) == 0) break
  words <- strsplit(line, " ")[[1]]
  if (line == "estimates") {
    found <- parTable(base())
    found <- found[found$free > 0, ]
    say(sprintf("%.12g;", 2 * base()@optim$fx),
        paste(found$lhs, found$op, found$rhs, sprintf("%.12g", found$est), collapse = ";"))
  } else if (words[1] == "values") {
    say(paste(sprintf("%.12g", tasks[[words[2]]]()), collapse = " "))
  } else {
    begin <- clock()
    times <- 0
    repeat { # the clock of R has steps of a millisecond
      tasks[[words[2]]]()
      times <- times + 1
      if (clock()[2] - begin[2] > 0.15) break
    }
    factor <- if (words[2] %in% names(share)) share[[words[2]]] else 1
    say(paste(sprintf("%.9f", (clock() - begin) / times * factor), collapse = " "))
  }
}
