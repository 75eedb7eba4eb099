"""An Airflow of its own: scheduler, local executor, triggerer, DAG processor and API server, in a temporary folder."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx

FINISHED = ("success", "failed", "skipped", "upstream_failed", "removed")


class Deployment:
    """Starts Airflow and speaks to it as its users' programs do, through the REST API."""

    def __init__(self, home: Path, dags: Path, variables: dict[str, str]) -> None:
        """Nothing is started yet."""
        self.home = home
        self.dags = dags
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {
            **os.environ,
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            # Runs are started by tests, not by today's clock.
            "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS": "False",
            **variables,
        }
        # The components start `airflow` by name.
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.environment['PATH']}"
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(base_url=self.address, timeout=30)

    def start(self) -> None:
        """Starts everything, and waits until every DAG is there."""
        with (self.home / "standalone.log").open("wb") as log:
            command = [sys.executable, "-m", "airflow", "standalone"]
            self._process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.until(self._is_healthy, 180, "Airflow is up")
        token = self._client.get("/auth/token").json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"
        wanted = {path.stem for path in self.dags.glob("*.py")}
        self.until(lambda: wanted <= self.dag_ids(), 120, f"the DAGs {sorted(wanted)} are there")

    def stop(self) -> None:
        """Ends everything that was started, and sees that it has."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=3)
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self.until(lambda: not self._processes(), 10, "nothing is left of Airflow")

    def _processes(self) -> list[int]:
        """Everything of this deployment: the components share a session, and runs, which have their own, its home."""
        session, home = str(self._process.pid if self._process else 0), f"AIRFLOW_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                is_ours = fields[3] == session or home in (folder / "environ").read_bytes().split(b"\0")
                if is_ours and fields[0] != "Z":
                    found.append(int(folder.name))
        return found

    def _is_healthy(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"Airflow ended:\n{(self.home / 'standalone.log').read_text()[-3000:]}")
        with suppress(httpx.HTTPError, ValueError):
            health = self._client.get("/api/v2/monitor/health").json()
            return all(
                health[part]["status"] == "healthy"
                for part in ("metadatabase", "scheduler", "triggerer", "dag_processor")
            )
        return False

    def until(self, is_so: Callable[[], object], seconds: float, claim: str) -> None:
        """Waits until something is so."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {claim}")
            time.sleep(0.5)

    def call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        """One call of the API."""
        answer = self._client.request(method, f"/api/v2/{path}", **arguments)
        if answer.is_error:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        parsed: dict[str, Any] = answer.json() if answer.content else {}
        return parsed

    def dag_ids(self) -> set[str]:
        """Every DAG that was read, where none could not be."""
        errors = self.call("GET", "importErrors")["import_errors"]
        assert not errors, errors
        return {dag["dag_id"] for dag in self.call("GET", "dags")["dags"]}

    def trigger(self, dag_id: str, logical_date: datetime | None, **conf: object) -> "Run":
        """Starts a run."""
        body = {"logical_date": logical_date.isoformat() if logical_date else None, "conf": conf}
        started = self.call("POST", f"dags/{dag_id}/dagRuns", json=body)
        return Run(self, dag_id, started["dag_run_id"])

    def command(self, *arguments: str) -> str:
        """Runs a command of Airflow's own and returns what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


class Run:
    """One run of a DAG."""

    def __init__(self, airflow: Deployment, dag_id: str, run_id: str) -> None:
        """A run that has been started."""
        self.airflow = airflow
        self.run_id = run_id
        self.path = f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"

    @property
    def state(self) -> str:
        """The state of the run."""
        return str(self.airflow.call("GET", self.path)["state"])

    def finish(self, seconds: float = 180) -> str:
        """Waits for the end; returns the state."""
        self.airflow.until(lambda: self.state in FINISHED, seconds, f"{self.path} ends; {self.states()}")
        return self.state

    def tasks(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Every task instance by its name and map index."""
        found = self.airflow.call("GET", f"{self.path}/taskInstances?limit=500")["task_instances"]
        return {(task["task_id"], task["map_index"]): task for task in found}

    def states(self) -> dict[str, str]:
        """The state of every task that is not mapped."""
        return {name: task["state"] for (name, index), task in self.tasks().items() if index < 0}

    def tries(self, task_id: str) -> int:
        """How often a task was started."""
        return int(self.tasks()[task_id, -1]["try_number"])

    def wait_for(self, task_id: str, *states: str, seconds: float = 120) -> None:
        """Waits until a task is in one of these states."""
        claim = f"{task_id} is {states}"
        self.airflow.until(lambda: self.states().get(task_id) in states, seconds, claim)

    def wait_until_heard(self, task_id: str, seconds: float = 120) -> None:
        """Waits until the scheduler has heard that a process of a task ended: a while after the task says so."""
        heard = re.compile(rf"TaskInstance Finished: .*task_id={task_id}, run_id={re.escape(self.run_id)},")
        log = self.airflow.home / "standalone.log"
        claim = f"the scheduler has heard of {task_id}"
        self.airflow.until(lambda: heard.search(log.read_text(errors="replace")), seconds, claim)

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:  # noqa: ANN401
        """What a task pushed."""
        path = f"{self.path}/taskInstances/{task_id}/xcomEntries/{key}?map_index={map_index}&deserialize=true"
        return self.airflow.call("GET", path)["value"]

    def link(self, task_id: str) -> str | None:
        """The link to the result, as the button in the UI has it."""
        path = f"{self.path}/taskInstances/{task_id}/links"
        found: str | None = self.airflow.call("GET", path)["extra_links"]["Result"]
        return found

    def log(self, task_id: str, try_number: int = 1) -> str:
        """The log of a task, with everything that an entry has: the UI shows the error of one beside its text."""
        path = f"{self.path}/taskInstances/{task_id}/logs/{try_number}?full_content=true"
        lines = self.airflow.call("GET", path, headers={"Accept": "application/json"})["content"]
        return "\n".join(str(line) for line in lines)

    def set_state(self, task_id: str, state: str) -> None:
        """What the buttons "mark as" do."""
        self.airflow.call("PATCH", f"{self.path}/taskInstances/{task_id}", json={"new_state": state})

    def clear(self, task_id: str) -> None:
        """What the button "clear" does."""
        dag, run_id = self.path.removeprefix("dags/").split("/dagRuns/")
        body = {"dag_run_id": unquote(run_id), "task_ids": [task_id], "only_failed": False, "dry_run": False}
        self.airflow.call("POST", f"dags/{dag}/clearTaskInstances", json=body)

    def answer(self, task_id: str, option: str) -> None:
        """What a person does under "Required Actions", and no quicker.

        Airflow 3.3 fails and retries a task that is answered before the scheduler has heard from the executor that its
        first part is over: it then finds the task queued again.
        """
        time.sleep(3)
        path = f"{self.path}/taskInstances/{task_id}/-1/hitlDetails"
        self.airflow.call("PATCH", path, json={"chosen_options": [option], "params_input": {}})

    def request(self, task_id: str) -> dict[str, Any]:
        """What a person is shown under "Required Actions"."""
        return self.airflow.call("GET", f"{self.path}/taskInstances/{task_id}/-1/hitlDetails")
