"""crowd-kit's majority and Dawid-Skene on a file of votes. Run in the peer's environment, which knows nothing of the product.

python crowdkit_peer.py VOTES.npz ANSWERS.npz
"""

import resource
import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote

with np.load(sys.argv[1]) as votes:
    table = pd.DataFrame({"task": votes["source"], "worker": votes["annotator"], "label": votes["label"]})
before_s = time.perf_counter()
majority = MajorityVote().fit_predict(table)
majority_s = time.perf_counter() - before_s
before_s = time.perf_counter()
model = DawidSkene(n_iter=500, tol=1e-9)
posterior = model.fit_predict_proba(table)
model_s = time.perf_counter() - before_s
np.savez(
    sys.argv[2],
    majority=majority.sort_index().to_numpy(),
    posterior=posterior.sort_index()[sorted(posterior.columns)].to_numpy(),
    seconds=[majority_s, model_s],
    rounds=len(model.loss_history_),
    peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
)
