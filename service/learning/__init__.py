"""What one newsroom's decisions say of a new comment: a small linear model a site, learnt decision by decision.

Pure, and of the standard library only. ``features`` (what is looked at), ``model`` (the weights and how they change),
``calibration`` (what a score has meant lately), ``learner`` (the three together, and when to believe them),
``explain`` (which words said so), ``packing`` (the model as bytes).

It orders and offers; it decides nothing.
"""
