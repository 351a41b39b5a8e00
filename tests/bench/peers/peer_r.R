# SPDX-License-Identifier: GPL-3.0-or-later
# Peers in R's forecast package: Rscript peer_r.R METHOD TRAIN FUTURE OUT DAY WEEK
# (DAY and WEEK are the seasonal periods in steps). The settings are those that the package's own
# documentation and its authors' textbook use for call volumes of this kind:
# square roots (Box-Cox with lambda .5; there are zeros at night), harmonics of both periods with
# ARIMA errors, and a robust STL of both periods.
suppressPackageStartupMessages(library(forecast))

args <- commandArgs(trailingOnly = TRUE)
method <- args[1]
if (method == "version") {
	cat("R", paste0(R.version$major, ".", R.version$minor), "forecast",
	    as.character(packageVersion("forecast")), "\n")
	quit(status = 0)
}
train <- read.csv(args[2])
future <- read.csv(args[3])
periods <- as.numeric(args[5:6])
h <- nrow(future)
levels <- c(20, 40, 60, 80, 95)
set.seed(1)

y <- msts(train$filled, seasonal.periods = periods)

harmonics <- function(y, h) {
	k <- c(10, 10)
	fit <- auto.arima(y, seasonal = FALSE, lambda = 0.5, xreg = fourier(y, K = k))
	forecast(fit, xreg = fourier(y, K = k, h = h), level = levels)
}

# As many harmonics as the AICc of the regression alone asks for; the errors' ARIMA comes after.
harmonics_aicc <- function(y, h) {
	z <- sqrt(y)
	best <- list(aicc = Inf)
	for (day in unique(pmin(c(6, 10, 13), periods[1] %/% 2))) for (week in c(5, 10, 20, 40)) {
		waves <- fourier(y, K = c(day, week))
		aicc <- CV(lm(z ~ waves))["AICc"]
		if (aicc < best$aicc) best <- list(aicc = aicc, k = c(day, week))
	}
	cat("# note K", best$k, "\n", file = args[4], append = TRUE)
	fit <- auto.arima(y, seasonal = FALSE, lambda = 0.5, xreg = fourier(y, K = best$k))
	forecast(fit, xreg = fourier(y, K = best$k, h = h), level = levels)
}

run <- switch(method,
	harmonics = function() harmonics(y, h),
	harmonics_aicc = function() harmonics_aicc(y, h),
	tbats = function() forecast(tbats(y, use.parallel = FALSE), h = h, level = levels),
	# The textbook's own shortening where the whole series takes too long.
	tbats_2000 = function() {
		short <- msts(tail(train$filled, 2000), seasonal.periods = periods)
		forecast(tbats(short, use.parallel = FALSE), h = h, level = levels)
	},
	mstl_default = function() stlf(y, h = h, level = levels),
	mstl_ets = function()
		stlf(y, h = h, method = "ets", lambda = 0.5, robust = TRUE, level = levels),
	mstl_arima = function()
		stlf(y, h = h, method = "arima", lambda = 0.5, robust = TRUE, level = levels),
	stop("no such method"))

cat("", file = args[4])
cpu <- function() sum(proc.time()[c("user.self", "sys.self", "user.child", "sys.child")], na.rm = TRUE)
before <- cpu()
fc <- run()
seconds <- cpu() - before

# Columns: mean, .025, .10 to .90, .975. The middle of the intervals is the point forecast.
lower <- fc$lower[, c(5, 4, 3, 2, 1)]
upper <- fc$upper[, c(1, 2, 3, 4, 5)]
rows <- cbind(fc$mean, lower, fc$mean, upper)
rows[!is.finite(rows)] <- 0 # the root of a negative bound
rows <- pmax(matrix(as.numeric(rows), nrow = h), 0)
cat(sprintf("# seconds %.4f\n", seconds), file = args[4], append = TRUE)
write.table(format(rows, digits = 8, trim = TRUE, scientific = FALSE), args[4], append = TRUE,
	    sep = ",", row.names = FALSE, col.names = FALSE, quote = FALSE)
