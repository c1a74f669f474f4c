# Reference values of R's survey for ../data/survey.csv; writes survey.csv and factors.csv here.
# Run in this folder: Rscript survey.R
suppressMessages(library(survey))
data <- read.csv("../data/survey.csv")
data$poor <- data$income < 1500
data$female <- data$sex == "female"
out <- NULL
put <- function(design, statistic, variable, domain, est, se, low = NA, high = NA, df = NA) {
  out <<- rbind(out, data.frame(design, statistic, variable, domain,
    estimate = sprintf("%.17g", est), se = sprintf("%.17g", se),
    ci_low = sprintf("%.17g", low), ci_high = sprintf("%.17g", high), df = df))
}
one <- function(name, design, domain) {
  df <- degf(design)
  interval <- function(s) confint(s, df = df)
  s <- svytotal(~income, design); ci <- interval(s)
  put(name, "total", "income", domain, coef(s), SE(s), ci[1], ci[2], df)
  s <- svymean(~income, design); ci <- interval(s)
  put(name, "mean", "income", domain, coef(s), SE(s), ci[1], ci[2], df)
  s <- svyratio(~income, ~size, design); ci <- interval(s)
  put(name, "ratio", "income/size", domain, coef(s), as.numeric(SE(s)), ci[1], ci[2], df)
  l <- svymean(~poor, design)
  p <- as.numeric(coef(l))[2]; e <- as.numeric(SE(l))[2]
  h <- qt(0.975, df) * e / (p * (1 - p))
  put(name, "proportion", "poor", domain, p, e, plogis(qlogis(p) - h), plogis(qlogis(p) + h), df)
}
quant <- function(name, design, domain) {
  for (rule in c("math", "school", "hf4")) for (p in c(0.1, 0.25, 0.5, 0.9)) {
    q <- svyquantile(~income, design, p, qrule = rule)[[1]]
    put(name, paste0("quantile_", rule), p, domain, q[1, 1], q[1, 4], q[1, 2], q[1, 3], degf(design))
  }
}
designs <- list(
  persons = svydesign(ids = ~1, weights = ~weight, data = data),
  clusters = svydesign(ids = ~psu, weights = ~weight, data = data),
  stratified = svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = data),
  nested = svydesign(ids = ~psu_in_stratum, strata = ~stratum, weights = ~weight, data = data,
                     nest = TRUE),
  fpc = svydesign(ids = ~psu, strata = ~stratum, fpc = ~n_psu, weights = ~weight, data = data),
  two_stage = svydesign(ids = ~psu + household, strata = ~stratum, fpc = ~n_psu + n_household,
                        weights = ~weight, data = data))
for (name in names(designs)) {
  one(name, designs[[name]], "ALL")
  quant(name, designs[[name]], "ALL")
  for (r in c("north", "south")) for (s in c("female", "male")) {
    part <- subset(designs[[name]], region == r & sex == s)
    one(name, part, paste(r, s))
    if (name == "stratified") quant(name, part, paste(r, s))
  }
}
thin <- function(rule, fpc) {
  options(survey.lonely.psu = rule)
  if (fpc) svydesign(ids = ~psu, strata = ~thin, fpc = ~n_psu_thin, weights = ~weight, data = data)
  else svydesign(ids = ~psu, strata = ~thin, weights = ~weight, data = data)
}
for (rule in c("adjust", "average", "certainty")) for (fpc in c(FALSE, TRUE)) {
  design <- thin(rule, fpc)
  name <- paste0("thin_", rule, if (fpc) "_fpc" else "")
  one(name, design, "ALL")
  one(name, subset(design, sex == "female"), "female")
}
options(survey.lonely.psu = "fail")

# Models
covariates <- ~ age + sex + size + stratum
fit <- function(name, design) {
  models <- list(
    linear = svyglm(update(covariates, income ~ .), design),
    logit = svyglm(update(covariates, poor ~ .), design, family = quasibinomial(),
                   control = glm.control(epsilon = 1e-14, maxit = 100)),
    poisson = svyglm(update(covariates, devices ~ .), design, family = quasipoisson(),
                     control = glm.control(epsilon = 1e-14, maxit = 100)))
  for (kind in names(models)) {
    m <- models[[kind]]
    put(name, kind, names(coef(m)), "ALL", coef(m), SE(m), NA, NA, m$df.residual)
    w <- regTermTest(m, ~stratum, df = NULL, method = "Wald")
    put(name, paste0(kind, "_wald"), "stratum", "ALL", w$Ftest, w$p, NA, NA, w$ddf)
  }
}
for (name in c("persons", "stratified", "two_stage")) fit(name, designs[[name]])

# Ordered logit; its optimiser stops early and its Hessian is numerical, so agreement is rough
for (name in c("stratified", "two_stage")) {
  design <- update(designs[[name]], many = cut(devices, c(-1, 0, 2, 99), labels = 0:2))
  m <- svyolr(many ~ age + sex + size, design, method = "logistic")
  e <- c(coef(m), m$zeta)[c("age", "sexmale", "size", "0|1", "1|2")]
  put(name, "ordered", names(e), "ALL", e, sqrt(diag(vcov(m)))[names(e)])
}

# Rao-Scott tests
independence <- function(name, design) {
  for (pair in list(c("sex", "region"), c("stratum", "size"), c("poor", "stratum"))) {
    for (part in c("ALL", "female")) if (part == "ALL" || pair[1] != "sex") {
      d <- if (part == "female") subset(design, sex == "female") else design
      t <- svychisq(as.formula(paste("~", pair[1], "+", pair[2])), d, statistic = "F")
      put(name, "rao_scott", paste(pair, collapse = " "), part, t$statistic, t$p.value,
          t$parameter[1], t$parameter[2])
    }
  }
}
for (name in c("persons", "stratified", "two_stage")) independence(name, designs[[name]])

# Average marginal effects: per unit for age and size, female to male for sex
effects <- function(name, design, family, outcome) {
  m <- svyglm(update(covariates, as.formula(paste(outcome, "~ ."))), design, family = family,
              control = glm.control(epsilon = 1e-14, maxit = 100))
  b <- coef(m); V <- vcov(m); X <- model.matrix(m); w <- weights(design); W <- sum(w)
  link <- m$family
  second <- function(eta) if (outcome == "poor") link$mu.eta(eta) * (1 - 2 * link$linkinv(eta)) else exp(eta)
  female <- X; female[, "sexmale"] <- 0; male <- X; male[, "sexmale"] <- 1
  eta <- drop(X %*% b)
  e <- function(j) outer(rep(1, nrow(X)), as.numeric(names(b) == j))
  kinds <- list(
    age = list(g = link$mu.eta(eta) * b["age"],
               J = second(eta) * b["age"] * X + link$mu.eta(eta) * e("age")),
    size = list(g = link$mu.eta(eta) * b["size"],
                J = second(eta) * b["size"] * X + link$mu.eta(eta) * e("size")),
    `sex=male` = list(g = link$linkinv(drop(male %*% b)) - link$linkinv(drop(female %*% b)),
               J = link$mu.eta(drop(male %*% b)) * male - link$mu.eta(drop(female %*% b)) * female))
  score <- (X * (m$y - fitted(m))) %*% solve(crossprod(X * w * link$mu.eta(eta), X))
  for (k in names(kinds)) {
    g <- kinds[[k]]$g; ame <- sum(w * g) / W; J <- colSums(w * kinds[[k]]$J) / W
    put(name, paste0("ame_fixed_", outcome), k, "ALL", ame, sqrt(drop(t(J) %*% V %*% J)))
    z <- (g - ame) / W + drop(score %*% J)
    put(name, paste0("ame_", outcome), k, "ALL", ame,
        sqrt(drop(svyrecvar(matrix(z * w), design$cluster, design$strata, design$fpc))))
  }
}
for (name in c("stratified", "two_stage")) {
  effects(name, designs[[name]], quasibinomial(), "poor")
  effects(name, designs[[name]], quasipoisson(), "devices")
}

# Replicate weights, kept as factors per sampling unit
set.seed(1)
strat <- designs$stratified
pairs <- svydesign(ids = ~psu, strata = ~pair, weights = ~weight, data = data)
replicated <- list(
  JK1 = as.svrepdesign(designs$clusters, type = "JK1", mse = TRUE),
  JKn = as.svrepdesign(strat, type = "JKn", mse = TRUE),
  BRR = as.svrepdesign(pairs, type = "BRR", mse = TRUE),
  Fay = as.svrepdesign(pairs, type = "Fay", fay.rho = 0.3, mse = TRUE),
  bootstrap = as.svrepdesign(strat, type = "subbootstrap", replicates = 50, mse = TRUE),
  bootstrap_mean = NULL)
b <- replicated$bootstrap
replicated$bootstrap_mean <- svrepdesign(data = data, weights = ~weight, type = "bootstrap",
  repweights = weights(b, "analysis"), combined.weights = TRUE, mse = FALSE)
replicated$SDR <- svrepdesign(data = data, weights = ~weight, type = "successive-difference",
  repweights = weights(replicated$BRR, "analysis"), combined.weights = TRUE, mse = TRUE)
factors <- NULL
first <- !duplicated(data$psu)
for (name in names(replicated)) {
  design <- replicated[[name]]
  one(name, design, "ALL")
  one(name, subset(design, sex == "female"), "female")
  put(name, "scale", "", "ALL", design$scale, NA)
  if (name %in% c("JK1", "JKn", "BRR", "Fay", "bootstrap")) {
    f <- (weights(design, "analysis") / data$weight)[first, ]
    f <- as.data.frame(t(f))
    names(f) <- data$psu[first]
    factors <- rbind(factors, cbind(design = name, rscale = rep_len(design$rscales, nrow(f)), f))
  }
}
fit("JKn", replicated$JKn)
for (name in names(replicated)) independence(name, replicated[[name]])

# Calibration
known_sex <- c(female = 41000, male = 38000)
known_region <- c(north = 52000, south = 27000)
raked <- rake(strat, list(~sex, ~region), list(
  data.frame(sex = names(known_sex), Freq = known_sex),
  data.frame(region = names(known_region), Freq = known_region)),
  control = list(maxit = 1000, epsilon = 1e-12))
post <- postStratify(strat, ~sex, data.frame(sex = names(known_sex), Freq = known_sex))
totals <- c(`(Intercept)` = 79000, sexmale = 38000, regionsouth = 27000, age = 3600000)
linear <- calibrate(strat, ~ sex + region + age, totals, calfun = "linear")
logit <- calibrate(strat, ~ sex + region + age, totals, calfun = "logit", bounds = c(0.5, 2.2),
                   epsilon = 1e-12, maxit = 500)
raking <- calibrate(strat, ~ sex + region, totals[1:3], calfun = "raking", epsilon = 1e-12,
                    maxit = 500)
for (name in c("raked", "raking", "post", "linear", "logit")) {
  design <- get(name)
  s <- svytotal(~income, design); put(name, "total", "income", "ALL", coef(s), SE(s))
  s <- svymean(~income, design); put(name, "mean", "income", "ALL", coef(s), SE(s))
  if (name != "raking") put(name, "weight", data$person, "ALL", weights(design), NA)
}
writeLines(paste0("R ", getRversion(), ", survey ", packageVersion("survey")), "version.txt")
write.csv(out, "survey.csv", row.names = FALSE, quote = FALSE)
numbers <- sapply(factors, is.numeric)
factors[numbers] <- lapply(factors[numbers], function(x) sprintf("%.15g", x))
write.csv(factors, "factors.csv", row.names = FALSE, quote = FALSE)
