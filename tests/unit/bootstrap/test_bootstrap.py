"""Wiring from several threads: each part is made once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline, adapters
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.settings import load_settings

THREADS = 8


def test_a_part_that_many_threads_want_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def open_slowly(*_arguments: object, **_options: object) -> ObjectStore:
        made.append(threading.current_thread().name)
        time.sleep(0.05)
        return object()  # type: ignore[return-value]

    monkeypatch.setattr(adapters, "open_object_store", open_slowly)
    app = Pipeline(load_settings(home=tmp_path))
    together = threading.Barrier(THREADS)

    def want(_: int) -> ObjectStore:
        together.wait()
        return app.store

    with ThreadPoolExecutor(THREADS) as pool:
        stores = list(pool.map(want, range(THREADS)))
    assert len(made) == 1
    assert all(store is stores[0] for store in stores)


def test_a_process_has_one_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_slowly() -> object:
        time.sleep(0.05)
        return load_settings()

    monkeypatch.setattr(bootstrap, "load_settings", load_slowly)
    bootstrap.pipeline.cache_clear()
    together = threading.Barrier(THREADS)

    def want(_: int) -> Pipeline:
        together.wait()
        return bootstrap.pipeline()

    with ThreadPoolExecutor(THREADS) as pool:
        made = set(map(id, pool.map(want, range(THREADS))))
    bootstrap.pipeline.cache_clear()
    assert len(made) == 1


def test_a_part_that_could_not_be_made_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Pipeline(load_settings(home=tmp_path))
    with monkeypatch.context() as broken:
        broken.setattr(adapters, "open_object_store", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _ = app.store
    assert app.store.url
