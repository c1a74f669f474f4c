# Reference values for tests/passes/test_documented.py.
#
# Run in this folder: Rscript documented_reference.R
# Needs base R, brglm2 and numDeriv (Debian: r-base-core, r-cran-brglm2, which brings numDeriv).
# documented_frame.csv is made up (drawn once at random); its rows are no real municipalities.
# Writes documented_reference.csv (quantity, term, value); prints versions.

suppressPackageStartupMessages({
  library(brglm2)
  library(numDeriv)
})

out <- data.frame(quantity = character(), term = character(), value = numeric())
note <- function(quantity, term, value) {
  out <<- rbind(out, data.frame(quantity = quantity, term = term, value = unname(value)))
}

d <- read.csv("documented_frame.csv", stringsAsFactors = FALSE)
d$y <- as.integer(d$documented == "true")
d$log_population <- log(d$population)
terms <- c("log_population", "household_income_eur_month", "gisd_score")
raw <- as.matrix(d[, terms])
centre <- colMeans(raw)
sd <- sqrt(colMeans(sweep(raw, 2, centre)^2))
X <- cbind(intercept = 1, sweep(sweep(raw, 2, centre), 2, sd, "/"))
y <- d$y
names_all <- colnames(X)

# 1. Firth estimate and standard errors: brglm2, adjusted scores for the mean
fit <- glm(y ~ X - 1, family = binomial(), method = "brglmFit", type = "AS_mean",
           epsilon = 1e-12, maxit = 1000)
b <- coef(fit)
V <- vcov(fit)
note("estimate_per_sd", names_all, b)
note("std_error_per_sd", names_all, sqrt(diag(V)))

# 2. Profile limits of the penalised likelihood (95 %): base R
loglik <- function(beta, rate = rep(1, length(y))) {
  p <- plogis(drop(X %*% beta))
  w <- rate * p * (1 - p)^2 / (1 - rate * p)
  information <- crossprod(X, X * w)
  sum(ifelse(y == 1, log(rate * p), log1p(-rate * p))) +
    0.5 * as.numeric(determinant(information)$modulus)
}
maximise <- function(f, start) {
  best <- optim(start, function(z) -f(z), method = "BFGS",
                control = list(reltol = 1e-15, maxit = 5000))$par
  for (i in 1:5) best <- best - solve(hessian(f, best), grad(f, best))
  best
}
top <- loglik(b)
for (j in seq_along(b)) {
  excess <- function(value) {
    inner <- function(z) {
      beta <- numeric(length(b))
      beta[j] <- value
      beta[-j] <- z
      loglik(beta)
    }
    2 * (top - inner(maximise(inner, b[-j]))) - qchisq(0.95, 1)
  }
  s <- sqrt(V[j, j])
  note("lower_per_sd", names_all[j], uniroot(excess, c(b[j] - 6 * s, b[j]), tol = 1e-12)$root)
  note("upper_per_sd", names_all[j], uniroot(excess, c(b[j], b[j] + 6 * s), tol = 1e-12)$root)
}

# 3. Average marginal effects, delta method with numerical gradients
effects <- function(beta) {
  eta <- drop(X %*% beta)
  p <- plogis(eta)
  derivative <- beta[-1] * mean(p * (1 - p))
  doubling <- mean(plogis(eta + beta[2] * log(2) / sd[1]) - p)
  c(derivative, doubling)
}
effect_names <- c(terms, "doubling")
J <- jacobian(effects, b)
note("effect", effect_names, effects(b))
note("effect_std_error", effect_names, sqrt(diag(J %*% V %*% t(J))))

# 4. Cluster-robust covariance with the penalised scores, factor G / (G - 1)
p <- plogis(drop(X %*% b))
w <- p * (1 - p)
h <- diag(sqrt(w) * X %*% solve(crossprod(X, X * w)) %*% t(sqrt(w) * X))
scores <- X * (y - p + h * (0.5 - p))
sums <- rowsum(scores, d$kreis)
G <- nrow(sums)
R <- G / (G - 1) * V %*% crossprod(sums) %*% V
note("clusters", "", G)
note("robust_std_error", names_all, sqrt(diag(R)))
note("effect_robust_std_error", effect_names, sqrt(diag(J %*% R %*% t(J))))

# 5. Imperfect detection: rates per size class
scenarios <- list(
  even = c(klein = 0.8, mittel = 0.8, gross = 0.8),
  uneven = c(klein = 0.5, mittel = 0.7, gross = 0.95)
)
for (scenario in names(scenarios)) {
  rate <- scenarios[[scenario]][d$size_class]
  beta <- maximise(function(z) loglik(z, rate), b)
  pd <- plogis(drop(X %*% beta))
  wd <- rate * pd * (1 - pd)^2 / (1 - rate * pd)
  Vd <- solve(crossprod(X, X * wd))
  Jd <- jacobian(effects, beta)
  note(paste0(scenario, ":effect"), effect_names, effects(beta))
  note(paste0(scenario, ":std_error"), effect_names, sqrt(diag(Jd %*% Vd %*% t(Jd))))
  share <- function(z) mean(plogis(drop(X %*% z)))
  js <- grad(function(z) qlogis(share(z)), beta)
  e <- qnorm(0.975) * sqrt(drop(js %*% Vd %*% js))
  note(paste0(scenario, ":implied_share"), "", share(beta))
  note(paste0(scenario, ":implied_lower"), "", plogis(qlogis(share(beta)) - e))
  note(paste0(scenario, ":implied_upper"), "", plogis(qlogis(share(beta)) + e))
}

out$value <- trimws(formatC(out$value, digits = 12, format = "g"))
write.csv(out, "documented_reference.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "; brglm2", as.character(packageVersion("brglm2")), "; numDeriv",
    as.character(packageVersion("numDeriv")), "\n")
