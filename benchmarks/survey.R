# Times of R's survey, laeken and haven; started by survey.py.
# Arguments: CSV file, .sav file, two numbers of bootstrap replicates. Prints "tool task seconds answer",
# tab-separated, and a line "version" per package.

given <- commandArgs(trailingOnly = TRUE)
data <- read.csv(given[1], stringsAsFactors = TRUE)
replicates <- as.integer(given[3:4])

report <- function(tool, task, expression, answer = function(x) NA, runs = 3) {
  work <- substitute(expression)
  best <- Inf
  started <- proc.time()[["elapsed"]]
  for (run in seq_len(runs)) {
    begin <- proc.time()[["elapsed"]]
    result <- suppressWarnings(eval(work, parent.frame()))
    best <- min(best, proc.time()[["elapsed"]] - begin)
    if (proc.time()[["elapsed"]] - started > 20) break
  }
  cat(tool, task, format(best, digits = 6), format(answer(result), digits = 16), sep = "\t")
  cat("\n")
}
version <- function(name) cat("version", name, as.character(packageVersion(name)), "\n", sep = "\t")

cat("version", "R", paste(R.version$major, R.version$minor, sep = "."), "\n", sep = "\t")

if (requireNamespace("haven", quietly = TRUE)) {
  version("haven")
  report("haven", "read", haven::read_sav(given[2]), function(x) sum(x$income))
}

if (requireNamespace("survey", quietly = TRUE)) {
  suppressPackageStartupMessages(library(survey))
  version("survey")
  design <- svydesign(ids = ~household, strata = ~region, weights = ~weight, data = data)
  report("survey", "mean", svyby(~income, ~region, design, svymean),
         function(x) sum(x$income) + sum(x$se))
  report("survey", "logit", svyglm(poor ~ age + region, design, family = quasibinomial()),
         function(x) sum(sqrt(diag(vcov(x)))))
}

if (requireNamespace("laeken", quietly = TRUE)) {
  suppressPackageStartupMessages(library(laeken))
  version("laeken")
  four <- function() {
    list(arpr("income", weights = "weight", breakdown = "region", data = data),
         rmpg("income", weights = "weight", breakdown = "region", data = data),
         qsr("income", weights = "weight", breakdown = "region", data = data),
         gini("income", weights = "weight", breakdown = "region", data = data))
  }
  percent <- c(100, 100, 1, 100)
  report("laeken", "indices", four(), function(x) {
    sum(mapply(function(one, unit) (one$value + sum(one$valueByStratum$value)) / unit, x, percent))
  })
  regions <- calibVars(data$region)
  points <- four()
  for (count in replicates) {
    report("laeken", paste("bootstrap", count), lapply(points, function(index) {
      bootVar("income", weights = "weight", breakdown = "region", design = "region",
              cluster = "household", data = data, indicator = index, R = count,
              bootType = "calibrate", X = regions, seed = 1)
    }), runs = 1)
  }
}
