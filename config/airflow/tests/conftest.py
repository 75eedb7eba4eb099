"""What both kinds of tests share."""

import os
import tempfile

# Before Airflow is imported anywhere: no test reads or writes somebody's own Airflow.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="pb-assign-airflow-"))
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] = "False"
