# Times OpenMx on one case, on request: see lavaan.R. "refit" is mxRun() of a model made once, without Hessian and
# standard errors. The model comes from table.csv, its covariates are random.
suppressWarnings(suppressPackageStartupMessages(library(OpenMx)))
invisible(mxOption(NULL, "Number of Threads", 1))
folder <- commandArgs(trailingOnly = TRUE)[1]
data <- read.csv(file.path(folder, "data.csv"))
table <- read.csv(file.path(folder, "table.csv"))
names <- colnames(data)
n <- nrow(data)
covariance <- cov(data) * (n - 1) / n # of F; OpenMx itself takes that with divisor n - 1
latent <- setdiff(unique(c(table$lhs, table$rhs)), names)
# A variance that is free in another program although it is fixed to the sample's here.
isSample <- table$free == 0 & table$op == "~~" & table$lhs %in% names & table$rhs %in% names & table$value == 0
paths <- lapply(seq_len(nrow(table)), function(i) {
  row <- table[i, ]
  free <- row$free > 0 || isSample[i]
  isPath <- row$op != "~~"
  from <- if (row$op == "~") row$rhs else row$lhs
  to <- if (row$op == "~") row$lhs else row$rhs
  value <- if (!free) row$value else if (row$op == "=~") 1 else if (!isPath && row$lhs == row$rhs) {
    if (row$lhs %in% names) 0.5 * covariance[row$lhs, row$lhs] else 0.5
  } else 0
  mxPath(from = from, to = to, arrows = if (isPath) 1 else 2, free = free, values = value,
         labels = if (free) paste0("v", if (row$free > 0) row$free else paste0("x", i)) else NA)
})
build <- mxModel("case", type = "RAM", manifestVars = names, latentVars = latent, paths,
                 mxData(cov(data), type = "cov", numObs = n))
build <- mxOption(build, "Calculate Hessian", "No")
build <- mxOption(build, "Standard Errors", "No")
run <- function() mxRun(build, silent = TRUE, suppressWarnings = TRUE)
objective <- function(fit) {
  sigma <- mxGetExpected(fit, "covariance")[names, names]
  c(determinant(sigma)$modulus) + sum(diag(covariance %*% solve(sigma))) - c(determinant(covariance)$modulus) -
    length(names)
}
cat("ready OpenMx ", as.character(packageVersion("OpenMx")), "\n", sep = "")
flush(stdout())
clock <- function() { t <- proc.time(); c(sum(t[c("user.self", "sys.self")]), t[["elapsed"]]) }
input <- file("stdin", "r")
repeat {
  line <- readLines(input, 1)
  if (length(line) == 0) break
  words <- strsplit(line, " ")[[1]]
  if (line == "estimates") {
    fit <- run()
    found <- coef(fit)
    rows <- table[table$free > 0, ]
    cat(sprintf("%.12g;", objective(fit)),
        paste(rows$lhs, rows$op, rows$rhs, sprintf("%.12g", found[paste0("v", rows$free)]), collapse = ";"), "\n", sep = "")
  } else if (words[1] == "values") {
    cat(sprintf("%.12g\n", objective(run())))
  } else {
    begin <- clock()
    times <- 0
    repeat {
      run()
      times <- times + 1
      if (clock()[2] - begin[2] > 0.15) break
    }
    cat(paste(sprintf("%.9f", (clock() - begin) / times), collapse = " "), "\n")
  }
  flush(stdout())
}
