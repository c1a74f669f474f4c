# Values of R's laeken on survey.csv, written to survey_laeken.csv.
# R 4.2.2, laeken 0.5.2. Run in this folder: Rscript laeken.R
suppressMessages(library(laeken))
d <- read.csv("survey.csv")
for (v in c("income", "weight", "equal_weight")) d[[v]] <- as.numeric(d[[v]])
rows <- list()
add <- function(index, weights, domain, value) {
  rows[[length(rows) + 1]] <<- data.frame(index, weights, domain, value = sprintf("%.15g", value))
}
for (w in c("weight", "equal_weight")) {
  add("arpt", w, "ALL", arpt("income", weights = w, data = d))
  # not 0.1: sums of rounded shares miss that share of equal weights by one digit in laeken
  for (p in c(0.2, 0.25, 0.5, 0.8)) {
    add(paste0("q", p), w, "ALL", weightedQuantile(d$income, d[[w]], p))
  }
  for (index in c("arpr", "rmpg", "qsr", "gini")) {
    v <- get(index)("income", weights = w, breakdown = "region", data = d)
    add(index, w, "ALL", v$value)
    for (i in seq_len(nrow(v$valueByStratum))) {
      add(index, w, as.character(v$valueByStratum$stratum[i]), v$valueByStratum$value[i])
    }
  }
}
write.csv(do.call(rbind, rows), "survey_laeken.csv", row.names = FALSE, quote = FALSE)
