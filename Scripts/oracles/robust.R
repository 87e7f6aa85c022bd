# Reference answers of the installed lavaan (0.6-14): least squares, robust errors and tests, clusters, weights.
#
# usage: Rscript robust.R FIXTURES-FOLDER
#
# Writes lavaan-0.6-14-robust.json on the data files that more-cases.R put into data/. Columns derived from them (clusters,
# weights) are written to data/hs-clusters.csv and data/hs-missing-clusters.csv.
suppressMessages(library(lavaan))
folder <- commandArgs(TRUE)[1]
stopifnot(!is.na(folder))

quoted <- function(s) paste0('"', gsub('\n', '\\\\n', gsub('"', '\\\\"', s)), '"')
number <- function(x) ifelse(is.na(x) | !is.finite(x), "null", formatC(x, digits = 12, format = "g", width = 1))
object <- function(names, values) paste0("{", paste0(quoted(names), ": ", values, collapse = ", "), "}")
setting <- function(v) if (is.logical(v)) tolower(as.character(v)) else
  if (length(v) == 1) quoted(v) else paste0("[", paste(quoted(v), collapse = ", "), "]")

hs <- read.csv(file.path(folder, "data", "HolzingerSwineford1939.csv"))
hs$cluster <- paste0("c", (hs$id * 7) %% 43)
hs$weight <- round(0.5 + (hs$id %% 7) / 4, 3)
save <- function(d, name) write.csv(d[, c("school", "ageyr", "sex", paste0("x", 1:9), "cluster", "weight")],
  file.path(folder, "data", name), row.names = FALSE, quote = FALSE)
save(hs, "hs-clusters.csv")
save(transform(hs, weight = 1), "hs-clusters-unit.csv")
holes <- read.csv(file.path(folder, "data", "hs-missing.csv"))
holes <- transform(holes, cluster = paste0("c", (id * 7) %% 43), weight = round(0.5 + (id %% 7) / 4, 3), unit = 1)
write.csv(holes[, c("school", "ageyr", "sex", paste0("x", 1:9), "cluster", "weight", "unit")],
  file.path(folder, "data", "hs-missing-clusters.csv"), row.names = FALSE, quote = FALSE)

columns <- c("lhs", "op", "rhs", "block", "est", "se")
cases <- character()
run <- function(id, data, model, ..., fun = "sem") {
  d <- read.csv(file.path(folder, "data", data), check.names = FALSE)
  options <- list(...)
  fit <- suppressWarnings(do.call(fun, c(list(model = model, data = d), options)))
  stopifnot(lavInspect(fit, "converged"))
  pe <- parameterEstimates(fit)
  pe <- pe[!pe$op %in% c("==", "<", ">", ":="), ]
  if (is.null(pe$block)) pe$block <- 1
  rows <- vapply(seq_len(nrow(pe)), function(i) paste0("[", paste(c(quoted(pe$lhs[i]), quoted(pe$op[i]), quoted(pe$rhs[i]),
    number(pe$block[i]), number(pe$est[i]), number(pe$se[i])), collapse = ", "), "]"), "")
  tests <- vapply(fit@test, function(t) paste0("[", paste(c(quoted(t$test), vapply(c("stat", "df", "scaling.factor", "shift.parameter"),
    function(k) number(if (is.null(t[[k]]) || k == "shift.parameter" && t$test != "scaled.shifted") NA else sum(t[[k]])), "")), collapse = ", "), "]"), "")
  fm <- fitMeasures(fit)
  fm <- fm[!names(fm) %in% c("gfi", "agfi", "pgfi")]
  options$fun <- fun
  cases <<- c(cases, object(
    c("id", "model", "data", "options", "npar", "parameters", "tests", "fit_measures"),
    c(quoted(id), quoted(model), quoted(data), object(names(options), vapply(options, setting, "")), fm[["npar"]],
      paste0("[", paste(rows, collapse = ", "), "]"), paste0("[", paste(tests, collapse = ", "), "]"),
      object(names(fm), number(unclass(fm))))))
}

hs3 <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
mimic <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual + textual ~ ageyr + sex"
growth <- "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4\ni + s ~ x1 + x2"
path <- "m =~ m1 + m2 + m3\ny =~ y1 + y2 + y3\nx =~ x1 + x2 + x3\ny ~ m + x\nm ~ x"
hsfile <- "HolzingerSwineford1939.csv"
several <- c("satorra.bentler", "mean.var.adjusted", "scaled.shifted", "browne.residual.adf", "browne.residual.nt",
  "browne.residual.nt.model")

for (e in c("MLM", "MLMV", "MLMVS", "MLR")) {
  run(paste0("mimic-fixed-", e), hsfile, mimic, estimator = e)
  run(paste0("mimic-fixed-means-", e), hsfile, mimic, estimator = e, meanstructure = TRUE)
  run(paste0("mimic-random-", e), hsfile, mimic, estimator = e, fixed.x = FALSE)
  run(paste0("growth-", e), "Demo.growth.csv", growth, estimator = e, fun = "growth")
  run(paste0("groups-scalar-", e), hsfile, hs3, estimator = e, group = "school", group.equal = c("loadings", "intercepts"), fun = "cfa")
  run(paste0("path-", e), "sim-latent-path.csv", path, estimator = e)
}
run("several-tests", hsfile, hs3, test = several, fun = "cfa")
run("several-tests-groups", hsfile, hs3, test = several, group = "school", group.equal = "loadings", fun = "cfa")
run("several-tests-fixed", hsfile, mimic, test = several)
run("se-first-order", hsfile, hs3, se = "first.order", fun = "cfa")
run("se-huber-white-expected", hsfile, hs3, se = "robust.huber.white", information = "expected", fun = "cfa")
run("se-robust-sem-attitude", "r-attitude.csv", "f =~ rating + complaints + learning + raises", se = "robust.sem")
for (e in c("GLS", "WLS", "ULSM", "ULSMV", "ULSMVS", "WLSM", "WLSMV", "WLSMVS")) {
  run(paste0("hs-", e), hsfile, hs3, estimator = e, fun = "cfa")
  run(paste0("mimic-", e), hsfile, mimic, estimator = e)
  run(paste0("means-", e), hsfile, paste0(hs3, "\nx1 ~ 5*1\nx4 ~ 3*1"), estimator = e, meanstructure = TRUE, fun = "cfa")
  # Least squares has random covariates, whose means growth() fixes to 0 unless they are mentioned.
  if (e != "WLS") run(paste0("growth-", e), "Demo.growth.csv", paste0(growth, "\nx1 ~ 1\nx2 ~ 1"), estimator = e, fun = "growth")
}
run("groups-scalar-GLS", hsfile, hs3, estimator = "GLS", group = "school", group.equal = c("loadings", "intercepts"), fun = "cfa")
run("groups-scalar-WLS", hsfile, hs3, estimator = "WLS", group = "school", group.equal = c("loadings", "intercepts"), fun = "cfa")
run("weights", "hs-clusters.csv", hs3, sampling.weights = "weight", fun = "cfa")
run("weights-fixed", "hs-clusters.csv", mimic, sampling.weights = "weight")
run("weights-groups", "hs-clusters.csv", hs3, sampling.weights = "weight", sampling.weights.normalization = "group",
  group = "school", group.equal = "loadings", fun = "cfa")
run("weights-clusters", "hs-clusters.csv", hs3, sampling.weights = "weight", cluster = "cluster", fun = "cfa")
run("clusters-MLM", "hs-clusters.csv", hs3, cluster = "cluster", estimator = "MLM", fun = "cfa")
# With clusters alone lavaan 0.6-14 takes another matrix for A in the test than for the standard errors (its message says
# "h1"); with clusters and equal weights it takes the same one, as we do.
run("clusters", "hs-clusters-unit.csv", hs3, sampling.weights = "weight", cluster = "cluster", fun = "cfa")

# Incomplete rows. The Yuan-Bentler test is here with the information at the saturated moments (h1.information), as ours.
incomplete <- function(id, model, ...) run(paste0("fiml-", id), "hs-missing-clusters.csv", model, missing = "fiml", ...)
incomplete("weights", hs3, sampling.weights = "weight", fun = "cfa")
incomplete("weights-fixed", mimic, sampling.weights = "weight")
incomplete("weights-groups", hs3, sampling.weights = "weight", sampling.weights.normalization = "group", group = "school",
  group.equal = "loadings", fun = "cfa")
incomplete("weights-clusters", hs3, sampling.weights = "weight", cluster = "cluster", fun = "cfa")
incomplete("weights-clusters-groups", hs3, sampling.weights = "weight", sampling.weights.normalization = "group",
  cluster = "cluster", group = "school", group.equal = "loadings", fun = "cfa")
incomplete("clusters", hs3, sampling.weights = "unit", cluster = "cluster", fun = "cfa")
incomplete("MLR-groups", hs3, estimator = "MLR", group = "school", group.equal = c("loadings", "intercepts"), fun = "cfa")
incomplete("MLR-fixed", mimic, estimator = "MLR")
incomplete("MLR-expected", hs3, estimator = "MLR", information = "expected", fun = "cfa")
incomplete("huber-white", hs3, se = "robust.huber.white", fun = "cfa")
incomplete("first-order", hs3, se = "first.order", fun = "cfa")
incomplete("expected", hs3, information = "expected", fun = "cfa")
incomplete("yuan-bentler", hs3, test = "yuan.bentler", h1.information = "unstructured", fun = "cfa")
incomplete("yuan-bentler-groups", hs3, test = "yuan.bentler", h1.information = "unstructured",
  group = "school", group.equal = "loadings", fun = "cfa")
run("se-huber-white", hsfile, hs3, se = "robust.huber.white", fun = "cfa")

writeLines(paste0('{"program": "lavaan 0.6-14", "parameter_columns": ', paste0("[", paste(quoted(columns), collapse = ", "), "]"),
  ', "cases": [\n', paste(cases, collapse = ",\n"), "\n]}"), file.path(folder, "lavaan-0.6-14-robust.json"))
