# Reference answers of the installed lavaan (0.6-14) on further models and data.
#
# usage: Rscript more-cases.R FIXTURES-FOLDER
#
# Writes lavaan-0.6-14.json and, into data/, the CSV files used: data sets that come with R and simulated ones
# (seed stated at each). lavaan's `gfi` and `agfi` of this version are the classical ones, which 0.7 calls gfi_lisrel
# and agfi_lisrel: they carry the later names in the file.
suppressMessages(library(lavaan))
folder <- commandArgs(TRUE)[1]
stopifnot(!is.na(folder))
data_folder <- file.path(folder, "data")
dir.create(data_folder, showWarnings = FALSE, recursive = TRUE)

# ---------------------------------------------------------------- JSON
quoted <- function(s) paste0('"', gsub('\n', '\\\\n', gsub('"', '\\\\"', gsub('\\\\', '\\\\\\\\', s))), '"')
number <- function(x, digits = 12) {
  ifelse(is.na(x) | !is.finite(x), "null", formatC(x, digits = digits, format = "g", width = 1))
}
# value: list (named -> object, else array), character, logical or number
json <- function(v, digits = 12) {
  if (is.null(v)) return("null")
  if (inherits(v, "raw_json")) return(unclass(v))
  if (is.list(v)) {
    inner <- vapply(v, json, "", digits = digits)
    if (!is.null(names(v))) return(paste0("{", paste0(quoted(names(v)), ":", inner, collapse = ","), "}"))
    return(paste0("[", paste(inner, collapse = ","), "]"))
  }
  one <- if (is.character(v)) quoted(v) else if (is.logical(v)) ifelse(is.na(v), "null", ifelse(v, "true", "false")) else number(as.numeric(v), digits)
  if (!is.null(names(v))) return(paste0("{", paste0(quoted(names(v)), ":", one, collapse = ","), "}"))
  if (length(v) == 1) one else paste0("[", paste(one, collapse = ","), "]")
}
array_of <- function(v, digits = 12) structure(paste0("[", paste(if (is.character(v)) quoted(v) else number(v, digits), collapse = ","), "]"), class = "raw_json")
table_of <- function(d, columns, digits = 10) {
  rows <- vapply(seq_len(nrow(d)), function(i) paste0("[", paste(vapply(columns, function(k) {
    v <- d[[k]][i]; if (is.character(v)) quoted(v) else number(as.numeric(v), digits) }, ""), collapse = ","), "]"), "")
  structure(paste0("[", paste(rows, collapse = ","), "]"), class = "raw_json")
}

# ---------------------------------------------------------------- data
save_data <- function(d, name) write.csv(d, file.path(data_folder, name), row.names = FALSE, quote = FALSE)
data_sets <- list()
use <- function(name, d) { data_sets[[name]] <<- d; save_data(d, name) }
use("r-mtcars.csv", mtcars)
use("r-longley.csv", setNames(longley, c("deflator", "gnp", "unemployed", "armed", "population", "year", "employed")))
use("r-attitude.csv", attitude)
use("r-swiss.csv", setNames(swiss, tolower(names(swiss))))
use("r-stackloss.csv", stackloss)                       # names with dots: Air.Flow, Water.Temp, Acid.Conc., stack.loss
use("r-iris.csv", iris[, 1:4])                          # names with dots
use("r-airquality-complete.csv", airquality[complete.cases(airquality), ])
use("r-judge-ratings.csv", setNames(USJudgeRatings, tolower(names(USJudgeRatings))))
use("r-rock.csv", transform(rock, area = area / 1000, peri = peri / 1000, perm = perm / 100))
use("r-trees.csv", trees)
simulated <- function(name, seed, model, n, digits = 4, post = identity) {
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
  use(name, round(post(simulateData(model, sample.nobs = n, seed = NULL)), digits))
}
simulated("sim-second-order.csv", 20240101,
  "a =~ .8*a1 + .7*a2 + .6*a3\nb =~ .8*b1 + .7*b2 + .6*b3\nc =~ .7*c1 + .7*c2 + .8*c3\nd =~ .6*d1 + .7*d2 + .8*d3
   g =~ .7*a + .8*b + .6*c + .7*d\na1 ~~ .4*a1\na2 ~~ .5*a2\na3 ~~ .6*a3\nb1 ~~ .4*b1\nb2 ~~ .5*b2\nb3 ~~ .6*b3
   c1 ~~ .5*c1\nc2 ~~ .5*c2\nc3 ~~ .4*c3\nd1 ~~ .6*d1\nd2 ~~ .5*d2\nd3 ~~ .4*d3\na ~~ .5*a\nb ~~ .4*b\nc ~~ .6*c\nd ~~ .5*d\ng ~~ 1*g", 250)
simulated("sim-latent-path.csv", 20240102,
  "x =~ 1*x1 + .9*x2 + .8*x3\nz =~ 1*z1 + .8*z2\nm =~ 1*m1 + 1.1*m2 + .9*m3\ny =~ 1*y1 + .9*y2 + 1.2*y3
   m ~ .5*x + .3*z\ny ~ .4*m + .2*x + .3*z\nx ~~ .3*z\nx ~~ 1*x\nz ~~ .8*z\nm ~~ .5*m\ny ~~ .5*y\ny ~ .25*w\nw ~~ 1*w\nw ~~ .2*x + .1*z", 200)
simulated("sim-growth-quadratic.csv", 20240103,
  "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4 + 4*t5\nq =~ 0*t1 + 1*t2 + 4*t3 + 9*t4 + 16*t5
   i ~~ 1*i + .1*s\ns ~~ .3*s\nq ~~ .02*q\ni ~ .4*x\ns ~ .2*x\nt1 ~ .3*c1\nt2 ~ .3*c2\nt3 ~ .3*c3\nt4 ~ .3*c4\nt5 ~ .3*c5
   i ~ 2*1\ns ~ .5*1\nq ~ -.05*1\nx ~~ 1*x\nc1 ~~ 1*c1\nc2 ~~ 1*c2\nc3 ~~ 1*c3\nc4 ~~ 1*c4\nc5 ~~ 1*c5\nt1 ~~ .5*t1\nt2 ~~ .5*t2\nt3 ~~ .5*t3\nt4 ~~ .5*t4\nt5 ~~ .5*t5", 180)
use("pd-scaled.csv", transform(PoliticalDemocracy, y2 = y2 * 100, x3 = x3 / 10))
use("pd-scaled-1000.csv", transform(PoliticalDemocracy, y1 = y1 * 1000, x2 = x2 / 100))   # for high-precision.py
use("hs-first-40.csv", HolzingerSwineford1939[1:40, ])

# data sets that other scripts put into data/
data_sets[["HolzingerSwineford1939.csv"]] <- HolzingerSwineford1939
data_sets[["PoliticalDemocracy.csv"]] <- PoliticalDemocracy
data_sets[["Demo.growth.csv"]] <- Demo.growth
from_file <- function(name) {                           # fit what the file says, digit for digit
  path <- file.path(data_folder, name)
  if (!file.exists(path)) save_data(data_sets[[name]], name)
  read.csv(path, check.names = FALSE)
}

# ---------------------------------------------------------------- one case
cases <- list()
run <- function(id, tags, data, model, ..., fun = "sem", note = NULL, extras = FALSE, scores = TRUE) {
  d <- from_file(data)
  options <- list(...)
  warned <- character()
  attempt <- function(start = NULL) {
    arguments <- c(list(model = model, data = d), options)
    if (is.null(options$fixed.x)) arguments$fixed.x <- TRUE         # a start table would switch it off
    if (!is.null(start)) arguments$start <- start
    withCallingHandlers(do.call(fun, arguments),
      warning = function(w) { warned <<- unique(c(warned, gsub("\\s+", " ", conditionMessage(w)))); invokeRestart("muffleWarning") })
  }
  # Gradient in the space the equality constraints leave, and Newton steps in it from lavaan's own gradient and Hessian;
  # every step is a new fit that starts at the improved values. (Tighter tolerances alone make nlminb report failure.)
  directions <- function(fit) {
    jac <- fit@Model@con.jac
    n <- length(lavInspect(fit, "gradient"))
    if (is.null(jac) || !length(jac) || nrow(jac) == 0) return(diag(n))
    q <- qr(t(jac)); qr.Q(q, complete = TRUE)[, -seq_len(q$rank), drop = FALSE]
  }
  measure <- function(fit) if (!lavInspect(fit, "converged")) Inf else max(abs(crossprod(directions(fit), lavInspect(fit, "gradient"))))
  fit <- attempt()
  best_warned <- warned
  steps <- 0
  for (round in 1:6) {
    if (!lavInspect(fit, "converged")) break
    K <- directions(fit); g <- lavInspect(fit, "gradient"); H <- lavInspect(fit, "hessian")
    step <- tryCatch(K %*% solve(crossprod(K, H %*% K), crossprod(K, g)), error = function(e) NULL)
    if (is.null(step)) break
    pt <- parTable(fit); at <- match(seq_along(g), pt$free)
    rows <- which(pt$free > 0)
    pt$est[rows] <- pt$est[rows] - step[pt$free[rows]]
    warned <- character()
    new <- attempt(start = pt)
    if (measure(new) < measure(fit)) { fit <- new; best_warned <- warned; steps <- steps + 1 } else break
  }
  warned <- best_warned
  tolerance <- paste(steps, "Newton steps after lavaan's default")
  projected <- measure(fit)
  gradient <- projected
  cat(sprintf("%-28s npar %2d  chisq %.8f  df %d  |g| %.1e  %s%s\n", id, fit@Fit@npar, fit@test[[1]]$stat,
    fit@test[[1]]$df, gradient, tolerance, if (length(warned)) paste0("  WARNING ", paste(substr(warned, 1, 120), collapse = " | ")) else ""))
  pe <- parameterEstimates(fit, standardized = TRUE, remove.system.eq = FALSE, remove.eq = FALSE, remove.ineq = FALSE, remove.nonfree = FALSE)
  pe <- pe[!pe$op %in% c("==", "<", ">"), ]
  pt <- parTable(fit); pt <- pt[!pt$op %in% c("==", "<", ">"), ]
  stopifnot(nrow(pe) == nrow(pt), all(pe$lhs == pt$lhs), all(pe$op == pt$op), all(pe$rhs == pt$rhs))
  pe$free <- as.integer(pt$free > 0); pe$label <- if (is.null(pe$label)) "" else pe$label
  pe$block <- if (is.null(pe$block)) 1 else pe$block
  std <- function(type) { s <- standardizedSolution(fit, type = type, remove.def = FALSE); s }
  sa <- std("std.all"); sn <- std("std.nox"); sl <- std("std.lv")
  key <- function(t) paste(t$lhs, t$op, t$rhs, if (is.null(t$group)) 1 else t$group)
  at <- match(key(pe), key(sa))
  pe$std.all <- sa$est.std[at]; pe$std.all.se <- sa$se[at]
  pe$std.lv <- sl$est.std[at]; pe$std.nox <- sn$est.std[at]
  if (is.null(pe$ci.lower)) pe$ci.lower <- pe$ci.upper <- NA
  # starting values given for the model also reach lavaan's baseline fit; where that failed, fit it afresh
  fm <- if (!any(grepl("baseline", warned))) unclass(fitMeasures(fit)) else {
    base <- lavaan(lav_partable_independence(fit), data = d, fixed.x = TRUE)
    warned <- warned[!grepl("baseline", warned)]
    unclass(fitMeasures(fit, baseline.model = base))
  }
  names(fm)[names(fm) == "gfi"] <- "gfi_lisrel"; names(fm)[names(fm) == "agfi"] <- "agfi_lisrel"
  out <- list(id = id, tags = array_of(tags), model = model, data = data,
    options = structure(paste0("{", paste(c(paste0('"fun":', quoted(fun)), vapply(names(options), function(k) paste0(quoted(k), ":", json(options[[k]])), "")), collapse = ","), "}"), class = "raw_json"),
    reference = paste("lavaan", as.character(packageVersion("lavaan"))), converged = lavInspect(fit, "converged"),
    max_abs_gradient = gradient, tolerance = tolerance)
  if (!is.null(note)) out$note <- note
  if (length(warned)) out$warnings <- array_of(substr(warned, 1, 200))
  out$npar <- unname(fm["npar"])
  out$nobs <- array_of(lavInspect(fit, "nobs"))
  out$parameters <- table_of(pe, parameter_columns, 12)
  out$fit_measures <- fm
  r2 <- inspect(fit, "rsquare"); if (is.list(r2)) r2 <- r2[[1]]
  if (length(r2)) out$rsquare <- r2
  mi <- tryCatch(suppressWarnings(modindices(fit)), error = function(e) NULL)
  if (!is.null(mi) && nrow(mi)) {
    columns <- c("lhs", "op", "rhs", if (!is.null(mi$block)) "block", "mi", "epc", "sepc.lv", "sepc.all", "sepc.nox")
    out$modification_indices <- list(columns = array_of(columns), rows = table_of(mi, columns, 8))
  }
  if (scores && length(lavNames(fit, "lv")) && lavInspect(fit, "ngroups") == 1) {
    for (method in c("regression", "Bartlett")) {
      s <- tryCatch(suppressWarnings(lavPredict(fit, method = method)), error = function(e) NULL)
      if (!is.null(s) && all(is.finite(s[1:5, ]))) {
        out[[paste0("factor_scores_", tolower(method))]] <- list(columns = array_of(colnames(s)),
          first_rows = structure(paste0("[", paste(apply(s[1:5, , drop = FALSE], 1, function(r) paste0("[", paste(number(r, 10), collapse = ","), "]")), collapse = ","), "]"), class = "raw_json"))
      }
    }
  }
  if (extras) {
    matrix_of <- function(m) structure(paste0("[", paste(apply(unclass(m), 1, function(r) paste0("[", paste(number(r, 10), collapse = ","), "]")), collapse = ","), "]"), class = "raw_json")
    cb <- lavResiduals(fit, type = "cor.bollen", se = TRUE, zstat = TRUE)
    raw <- lavResiduals(fit, type = "raw", se = TRUE, zstat = TRUE)
    out$residuals <- list(names = array_of(colnames(cb$cov)), cor.bollen = matrix_of(cb$cov), cor.bollen.se = matrix_of(cb$cov.se), cor.bollen.z = matrix_of(cb$cov.z),
      raw = matrix_of(raw$cov), raw.se = matrix_of(raw$cov.se), raw.z = matrix_of(raw$cov.z))
    out$implied_cov <- matrix_of(fitted(fit)$cov)
  }
  cases[[length(cases) + 1]] <<- json(out)
}
parameter_columns <- c("lhs", "op", "rhs", "block", "free", "est", "se", "std.lv", "std.all", "std.nox", "std.all.se", "ci.lower", "ci.upper", "label")

# ---------------------------------------------------------------- the cases
HS <- "HolzingerSwineford1939.csv"; PD <- "PoliticalDemocracy.csv"
hs3 <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"

run("pd-nonrecursive", c("path", "nonrecursive"), PD, "y1 ~ y5 + x1\ny5 ~ y1 + x2 + x3\ny1 ~~ y5")
run("mtcars-nonrecursive-feedback", c("path", "nonrecursive", "mean"), "r-mtcars.csv",
  "mpg ~ b1*qsec + b2*wt + hp\nqsec ~ c1*mpg + am + disp\nloop := b1*c1\nstable := 1 - loop", meanstructure = TRUE)
run("longley-three-mediators", c("path", "fixedx"), "r-longley.csv",
  "gnp ~ a1*year\nunemployed ~ a2*year + armed\npopulation ~ a3*year\nemployed ~ b1*gnp + b2*unemployed + b3*population + c*year
ind1 := a1*b1\nind2 := a2*b2\nind3 := a3*b3\ntotal := c + ind1 + ind2 + ind3\nshare := ind1/total", note = "ill-conditioned on purpose: Longley's data")
run("swiss-three-mediators", c("path", "fixedx"), "r-swiss.csv",
  "education ~ a1*catholic + agriculture\nexamination ~ a2*catholic + agriculture\ninfant.mortality ~ a3*catholic\nfertility ~ b1*education + b2*examination + b3*infant.mortality + c*catholic
education ~~ examination\nind := a1*b1 + a2*b2 + a3*b3\nratio := (a1*b1)/(a2*b2)\nroot := sqrt(b3^2)\nshrunk := exp(b1) - log(2)")
run("hs-mimic3-fixed", c("mimic", "fixedx"), HS, "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual + textual ~ ageyr + sex + grade", note = "grade has one missing value: listwise")
run("hs-mimic3-random", c("mimic"), HS, "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual + textual ~ ageyr + sex + grade", fixed.x = FALSE)
run("hs-mimic3-means", c("mimic", "fixedx", "mean"), HS, "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual + textual ~ ageyr + sex + grade\nx3 ~ sex", meanstructure = TRUE)
run("attitude-single-indicator", c("single"), "r-attitude.csv", "boss =~ complaints + learning + raises + advance\nview =~ rating\nview ~ boss")
run("attitude-fixed-error", c("single"), "r-attitude.csv", "boss =~ complaints + learning + raises\nview =~ 1*rating\nrating ~~ 20*rating\nview ~ boss + privileges", extras = TRUE)
run("sim-second-order-stdlv", c("higher"), "sim-second-order.csv", "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nc =~ c1 + c2 + c3\nd =~ d1 + d2 + d3\ng =~ a + b + c + d", std.lv = TRUE, fun = "cfa")
run("sim-bifactor", c("bifactor"), "sim-second-order.csv", "g =~ a1 + a2 + a3 + b1 + b2 + b3 + c1 + c2 + c3\nsa =~ a1 + a2 + a3\nsb =~ b1 + b2 + b3\nsc =~ c1 + c2 + c3", std.lv = TRUE, orthogonal = TRUE, fun = "cfa")
run("sim-latent-equal-paths", c("latent", "constraint"), "sim-latent-path.csv",
  "x =~ x1 + x2 + x3\nz =~ z1 + z2\nm =~ m1 + m2 + m3\ny =~ y1 + y2 + y3\nm ~ e*x + e*z\ny ~ b*m + x + z\nind := e*b\nb2 := sqrt(b)\nq := e/b\nh := exp(-e)", extras = TRUE)
run("sim-latent-observed-x", c("latent", "fixedx"), "sim-latent-path.csv",
  "x =~ x1 + x2 + x3\nz =~ z1 + z2\ny =~ y1 + y2 + y3\ny ~ x + z + w\nx ~~ w\nz ~~ w", note = "latent and observed exogenous variables covary: w becomes random", fixed.x = FALSE)
run("sim-latent-start", c("latent", "start"), "sim-latent-path.csv",
  "x =~ x1 + start(.8)*x2 + start(0.7)*x3\nm =~ m1 + m2 + m3\ny =~ NA*y1 + y2 + 1*y3\nm ~ start(.4)*x\ny ~ m + w\nm2 ~~ start(.05)*y2")
run("hs-two-correlated-residuals", c("correlated"), HS, paste0(hs3, "\nx7 ~~ x8\nx2 ~~ x7"), fun = "cfa")
run("hs-wishart-groups", c("group", "wishart"), HS, hs3, group = "school", group.equal = "loadings", likelihood = "wishart", fun = "cfa")
run("pd-observed-information", c("information"), PD, "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem60 ~ ind60\ny2 ~~ y4", information = "observed", meanstructure = TRUE)
run("pd-first-order", c("information"), PD, "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem60 ~ ind60\ny2 ~~ y4", information = "first.order")
run("pd-wishart-mean", c("wishart", "mean"), PD, "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem60 ~ ind60", likelihood = "wishart", meanstructure = TRUE)
run("sim-growth-quadratic", c("growth", "mean", "fixedx"), "sim-growth-quadratic.csv",
  "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4 + 4*t5\nq =~ 0*t1 + 1*t2 + 4*t3 + 9*t4 + 16*t5
i ~ x\ns ~ x\nt1 ~ c*c1\nt2 ~ c*c2\nt3 ~ c*c3\nt4 ~ c*c4\nt5 ~ c*c5", fun = "growth")
run("pd-intercepts-fixed", c("mean", "constraint"), PD,
  "dem60 =~ 1*y1 + l2*y2 + l3*y3\ndem65 =~ 1*y5 + l2*y6 + l3*y7\ny1 ~ 0*1\ny5 ~ 0*1\ny2 ~ k2*1\ny6 ~ k2*1\ny3 ~ k3*1\ny7 ~ k3*1\ndem60 ~ 1\ndem65 ~ 1\ndem65 ~ dem60\ny1 ~~ y5\ny2 ~~ y6\ngain := l2 - l3", meanstructure = TRUE)
run("hs-40-heywood", c("heywood"), "hs-first-40.csv", hs3, fun = "cfa", note = "small subsample; see the residual variances")
run("judges-two-factors", c("core"), "r-judge-ratings.csv", "law =~ dmnr + intg + fami + prep\ncase =~ dilg + cfmg + deci + phys\nfami ~~ prep\ncfmg ~~ deci", fun = "cfa")
run("iris-covariances-only", c("saturated", "dots"), "r-iris.csv", "Sepal.Length ~~ Sepal.Width + Petal.Length\nSepal.Width ~~ Petal.Width\nPetal.Length ~~ Petal.Width\nSepal.Length ~~ Petal.Width")
run("airquality-covariances-means", c("mean"), "r-airquality-complete.csv", "Ozone ~~ Temp + Wind\nTemp ~~ Wind\nSolar.R ~~ Ozone + Temp\nWind ~~ 0*Solar.R\nOzone ~ 1", meanstructure = TRUE)
run("airquality-regression", c("path", "fixedx", "mean"), "r-airquality-complete.csv", "Ozone ~ b1*Solar.R + b2*Wind + b3*Temp\nTemp ~ Month + Solar.R\nb2 == -b3\nsum := b1 + b3")
run("stackloss-dots", c("path", "dots", "fixedx"), "r-stackloss.csv", "stack.loss ~ Air.Flow + Water.Temp\nWater.Temp ~ Air.Flow + Acid.Conc.")
run("sim-two-indicators", c("constraint"), "sim-latent-path.csv", "z =~ a*z1 + a*z2\nz ~~ 1*z\ny =~ y1 + y2 + y3\nz ~~ y", fun = "cfa")
run("pd-scaled", c("scale"), "pd-scaled.csv", "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8", note = "y2 times 100, x3 divided by 10; with y1 times 1000 and x2 / 100 this lavaan stops at a wrong point (chi-square 106.65 instead of 38.13) and calls it converged")
run("rock-saturated", c("path", "saturated"), "r-rock.csv", "perm ~ area + peri + shape", note = "area and peri divided by 1000, perm by 100")
run("trees-chain", c("path"), "r-trees.csv", "Height ~ a*Girth\nVolume ~ b*Height\nab := a*b", fixed.x = FALSE)

path <- file.path(folder, "lavaan-0.6-14.json")
writeLines(c("{", paste0('"about": ', quoted("Reference answers of lavaan 0.6-14, made by Scripts/oracles/more-cases.R; gfi and agfi of that version are written gfi_lisrel and agfi_lisrel."), ","),
  paste0('"program": ', quoted(paste0(R.version.string, ", lavaan ", as.character(packageVersion("lavaan")))), ","),
  paste0('"parameter_columns": ', unclass(array_of(parameter_columns)), ","), '"cases": [',
  paste0(unlist(cases), c(rep(",", length(cases) - 1), "")), "]", "}"), path)
cat(length(cases), "cases,", file.size(path), "bytes\n")
