"""Run folders: where a run's files go, so that nothing is overwritten and nothing is left half-written."""

from rightrate.store.run_folder import claim, new_run_folder, run_folder, write_safely

__all__ = ["claim", "new_run_folder", "run_folder", "write_safely"]
