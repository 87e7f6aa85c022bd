# Scaled difference tests by lavaan (lavTestLRT), for Tests/SEMTests/Fixtures/difference-tests.json.
suppressMessages(library(lavaan))
HS <- HolzingerSwineford1939; PD <- PoliticalDemocracy
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
equal <- "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + x8 + x9"
apart <- paste0(three, "\nvisual ~~ 0*speed")
one <- "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
pd <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
pdeq <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + a*y2 + b*y3 + c*y4\ndem65 =~ y5 + a*y6 + b*y7 + c*y8\ndem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
quote_ <- function(s) paste0('"', gsub("\n", "\\\\n", s), '"')
first <- TRUE
emit <- function(id, data, larger, smaller, fit1, fit0, estimator, group = "", equal1 = "", equal0 = "", partial1 = "", exact = TRUE) {
  stopifnot(lavInspect(fit1, "converged"), lavInspect(fit0, "converged"))
  value <- function(...) { r <- suppressWarnings(lavTestLRT(fit1, fit0, ...)); sprintf('[%.10g, %d]', r[["Chisq diff"]][2], as.integer(r[["Df diff"]][2])) }
  items <- c(sprintf('"satorra.bentler.2001": %s', value(method = "satorra.bentler.2001")))
  if (exact) items <- c(items, sprintf('"satorra.bentler.2010": %s', value(method = "satorra.bentler.2010")),
    sprintf('"satorra.2000": %s', value(method = "satorra.2000", A.method = "exact")))
  if (!first) cat(",\n"); first <<- FALSE
  cat(sprintf('    {"id": "%s", "data": "%s", "estimator": "%s", "group": "%s", "equal_larger": "%s", "equal_smaller": "%s", "partial_larger": "%s",\n     "larger": %s,\n     "smaller": %s,\n     "expect": {%s}}',
    id, data, estimator, group, equal1, equal0, partial1, quote_(larger), quote_(smaller), paste(items, collapse = ", ")))
}
control <- list(rel.tol = 1e-10)
cat(sprintf('{\n  "program": "lavaan %s, R %s", "call": "lavTestLRT(larger, smaller, method, A.method = \\"exact\\")", "preset": "cfa",\n  "note": "lavaan is run with rel.tol = 1e-10; satorra.2000 is its scaled and shifted form",\n  "cases": [\n', packageVersion("lavaan"), getRversion()))
for (e in c("MLM", "MLR")) {
  f3 <- cfa(three, HS, estimator = e, control = control)
  emit(paste0(e, " uncorrelated"), "HolzingerSwineford1939.csv", three, apart, f3, cfa(apart, HS, estimator = e, control = control), e)
  emit(paste0(e, " equal loadings"), "HolzingerSwineford1939.csv", three, equal, f3, cfa(equal, HS, estimator = e, control = control), e)
  emit(paste0(e, " one factor"), "HolzingerSwineford1939.csv", three, one, f3, cfa(one, HS, estimator = e, control = control), e, exact = FALSE)
  g0 <- cfa(three, HS, group = "school", estimator = e, control = control)
  g1 <- cfa(three, HS, group = "school", group.equal = "loadings", estimator = e, control = control)
  g2 <- cfa(three, HS, group = "school", group.equal = c("loadings", "intercepts"), estimator = e, control = control)
  emit(paste0(e, " metric"), "HolzingerSwineford1939.csv", three, three, g0, g1, e, "school", "", "loadings")
  emit(paste0(e, " scalar"), "HolzingerSwineford1939.csv", three, three, g1, g2, e, "school", "loadings", "loadings,intercepts", exact = FALSE)
  # The metric model with free latent means: the restrictions of the scalar one are then equalities of parameters, as lavaan needs.
  partial <- c("x2~1", "x3~1", "x5~1", "x6~1", "x8~1", "x9~1")
  g1 <- cfa(three, HS, group = "school", group.equal = c("loadings", "intercepts"), group.partial = partial, estimator = e, control = control)
  emit(paste0(e, " scalar, means free"), "HolzingerSwineford1939.csv", three, three, g1, g2, e, "school", "loadings,intercepts", "loadings,intercepts", paste(partial, collapse = ","))
  emit(paste0(e, " democracy"), "PoliticalDemocracy.csv", pd, pdeq, cfa(pd, PD, estimator = e, control = control), cfa(pdeq, PD, estimator = e, control = control), e)
}
cat("\n  ]\n}\n")
