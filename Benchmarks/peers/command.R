# What `swift-sem fit MODEL --data FILE --preset cfa` does, by lavaan: Rscript command.R MODEL FILE
suppressPackageStartupMessages(library(lavaan))
arguments <- commandArgs(trailingOnly = TRUE)
fit <- cfa(paste(readLines(arguments[1]), collapse = "\n"), read.csv(arguments[2]))
summary(fit, fit.measures = TRUE, standardized = TRUE, rsquare = TRUE)
