# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers in Python: peer_python.py METHOD TRAIN FUTURE OUT DAY WEEK COUNTRY

statsforecast (both seasonal periods given) and Prophet (the country's own holidays, everything
else as it comes). Only a training file and the times to forecast are seen. Processor time counts
from the model's creation to its last quantile, children (Prophet's optimiser) included; loading
the packages does not.
"""
import logging
import resource
import sys
import warnings

warnings.filterwarnings("ignore")
DECILES = [0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975]
LEVELS = [20, 40, 60, 80, 95]
SEED = 1


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF),
                                                 resource.getrusage(resource.RUSAGE_CHILDREN)))


def statsforecast_model(method, h, day, week):
    from statsforecast import models
    from statsforecast.utils import ConformalIntervals
    if method == "seasonal_naive":
        return models.SeasonalNaive(season_length=week)
    if method == "mstl":
        return models.MSTL(season_length=[day, week])
    if method == "mstl_arima":
        return models.MSTL(season_length=[day, week], trend_forecaster=models.AutoARIMA())
    if method == "autoces":
        return models.AutoCES(season_length=week)
    if method == "autoces_day":
        return models.AutoCES(season_length=day)
    if method == "automfles":
        # It has no intervals of its own: split conformal, as its documentation says.
        return models.AutoMFLES(test_size=h, season_length=[day, week],
                                prediction_intervals=ConformalIntervals(n_windows=2, h=h))
    raise SystemExit(f"no such method: {method}")


def statsforecast(method, train, future, day, week):
    import numpy as np
    model = statsforecast_model(method, len(future), day, week)
    y = train["filled"].to_numpy(dtype=np.float64)
    start = cpu()
    got = model.forecast(y=y, h=len(future), level=LEVELS)
    seconds = cpu() - start
    columns = [got["mean"], got["lo-95"], got["lo-80"], got["lo-60"], got["lo-40"], got["lo-20"],
               got["mean"], got["hi-20"], got["hi-40"], got["hi-60"], got["hi-80"], got["hi-95"]]
    return seconds, np.column_stack(columns)


def prophet(method, train, future, country):
    import numpy as np
    import pandas as pd
    logging.getLogger("prophet").setLevel(logging.ERROR)
    logging.getLogger("cmdstanpy").disabled = True
    from prophet import Prophet
    # Missing rows are its own way of holes.
    past = pd.DataFrame({"ds": pd.to_datetime(train["time"]), "y": train["offered"]})
    past = past[train["closed"] == 0].dropna()
    ahead = pd.DataFrame({"ds": pd.to_datetime(future["time"])})
    np.random.seed(SEED)
    start = cpu()
    mode = "multiplicative" if method == "prophet_multiplicative" else "additive"
    model = Prophet(seasonality_mode=mode)
    model.add_country_holidays(country_name=country)
    model.fit(past, seed=SEED)
    mean = model.predict(ahead)["yhat"].to_numpy()
    draws = model.predictive_samples(ahead)["yhat"]
    quantiles = np.quantile(draws, DECILES, axis=1).T
    return cpu() - start, np.column_stack([mean, quantiles])


def versions():
    import platform
    from importlib.metadata import PackageNotFoundError, version
    print("Python", platform.python_version(), end=" ")
    for name in ("statsforecast", "prophet"):
        try:
            print(name, version(name), end=" ")
        except PackageNotFoundError:
            pass
    print()


def main():
    if sys.argv[1] == "version":
        return versions()
    method, train_path, future_path, out_path, day, week, country = sys.argv[1:8]
    import numpy as np
    import pandas as pd
    train, future = pd.read_csv(train_path), pd.read_csv(future_path)
    if method.startswith("prophet"):
        seconds, rows = prophet(method, train, future, country)
    else:
        seconds, rows = statsforecast(method, train, future, int(day), int(week))
    rows = np.maximum(np.where(np.isfinite(rows), rows, 0), 0)
    with open(out_path, "w", encoding="ascii") as out:
        print(f"# seconds {seconds:.4f}", file=out)
        np.savetxt(out, rows, fmt="%.5f", delimiter=",")
    return None


if __name__ == "__main__":
    main()
