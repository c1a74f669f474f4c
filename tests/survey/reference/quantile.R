# Reference values of quantile regressions for ../data/survey.csv; writes quantile.csv here.
# Coefficients and subgradients by quantreg, standard errors by survey. Run here: Rscript quantile.R
suppressMessages({library(survey); library(quantreg)})
data <- read.csv("../data/survey.csv")
out <- NULL
put <- function(design, tau, names, est, se) {
  out <<- rbind(out, data.frame(design, tau, variable = names,
    estimate = sprintf("%.17g", est), se = sprintf("%.17g", se)))
}
formula <- income ~ age + sex + size
x <- model.matrix(formula, data)
wquantile <- function(e, w, p) {
  o <- order(e); s <- cumsum(w[o]) / sum(w)
  e[o][which(s >= p - 1e-12)[1]]
}
designs <- list(
  persons = svydesign(ids = ~1, weights = ~weight, data = data),
  stratified = svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = data),
  two_stage = svydesign(ids = ~psu + household, strata = ~stratum, fpc = ~n_psu + n_household,
                        weights = ~weight, data = data))
for (tau in c(0.25, 0.5, 0.9)) {
  w <- data$weight
  m <- rq(formula, tau, data, weights = w, method = "br")
  e <- data$income - drop(x %*% coef(m))
  h <- bandwidth.rq(tau, nrow(data), hs = TRUE)
  while (tau - h < 0 || tau + h > 1) h <- h / 2
  spread <- sqrt(sum(w * (e - weighted.mean(e, w))^2) / sum(w))
  middle <- wquantile(e, w, 0.75) - wquantile(e, w, 0.25)
  h <- (qnorm(tau + h) - qnorm(tau - h)) * min(spread, middle / 1.34)
  D <- crossprod(x * sqrt(w * dnorm(e / h) / h))
  psi <- as.vector(rq.wfit(x, data$income, tau, w, method = "br")$dual) - (1 - tau)
  u <- (x * psi) %*% solve(D)
  for (name in names(designs)) {
    d <- designs[[name]]
    v <- svyrecvar(u * w, d$cluster, d$strata, d$fpc, postStrata = d$postStrata)
    put(name, tau, names(coef(m)), coef(m), sqrt(diag(v)))
  }
}
# Replicates: the factors of factors.csv; the model is fitted anew on each
factors <- read.csv("factors.csv", check.names = FALSE)
for (kind in c("BRR", "bootstrap")) {
  f <- t(as.matrix(factors[factors$design == kind, -(1:2)]))[data$psu, ]
  scale <- if (kind == "BRR") 1 / ncol(f) else 1 / (ncol(f) - 1)
  d <- svrepdesign(data = data, weights = ~weight, repweights = f, combined.weights = FALSE,
                   type = "other", scale = scale, rscales = rep(1, ncol(f)), mse = TRUE)
  for (tau in c(0.5, 0.9)) {
    r <- withReplicates(d, function(w, data) {
      keep <- w > 0
      coef(rq.wfit(x[keep, ], data$income[keep], tau, w[keep], method = "br"))
    })
    put(kind, tau, colnames(x), coef(r), SE(r))
  }
}
write.csv(out, "quantile.csv", row.names = FALSE, quote = FALSE)
writeLines(paste0("R ", getRversion(), ", survey ", packageVersion("survey"), ", quantreg ",
                  packageVersion("quantreg")), "quantile_version.txt")
