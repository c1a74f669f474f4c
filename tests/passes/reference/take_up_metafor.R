# Reference values for random_effects(): Paule-Mandel, Hartung-Knapp, prediction interval.
# R 4.2.2, metafor 3.8-1. Run: Rscript take_up_metafor.R > take_up_metafor.csv
suppressPackageStartupMessages(library(metafor))
cases <- list(
  bcg = {
    # 13 trials of the BCG vaccine against tuberculosis, log risk ratios (Colditz et al. 1994),
    # as shipped with metafor.
    d <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
    list(y = as.numeric(d$yi), v = as.numeric(d$vi))
  },
  wide = list(y = c(-2.2, -0.4, 0.3, 1.1, 2.4), v = c(0.02, 0.05, 0.01, 0.04, 0.03)),
  equal = list(y = c(0.10, 0.12, 0.09, 0.11, 0.10, 0.13), v = rep(0.04, 6))
)
cat("case,level,y,v,mean,se,tau2,low,high,prediction_low,prediction_high,origin\n")
origin <- paste0("R ", getRversion(), " metafor ", packageVersion("metafor"),
                 " take_up_metafor.R")
number <- function(x) paste(formatC(x, digits = 15, format = "g"), collapse = " ")
for (name in names(cases)) for (level in c(90, 95)) {
  y <- cases[[name]]$y
  v <- cases[[name]]$v
  fit <- rma(y, v, method = "PM", test = "knha", level = level,
             control = list(tol = 1e-14, maxiter = 10000))
  # Higgins, Thompson and Spiegelhalter (2009): t with k - 2 degrees of freedom.
  half <- qt((1 + level / 100) / 2, length(y) - 2) * sqrt(fit$tau2 + fit$se^2)
  cat(name, level / 100, number(y), number(v), number(coef(fit)), number(fit$se),
      number(fit$tau2), number(fit$ci.lb), number(fit$ci.ub), number(coef(fit) - half),
      number(coef(fit) + half), origin, sep = ",")
  cat("\n")
}
