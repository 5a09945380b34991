"""8. A class: twenty kernels on this machine, each of which trains the classic lab at 12 epochs per second.

This process simulates their pages on the kernels' real channels.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from tests.benchmarks.figure import Figure, median_of
from tests.benchmarks.student import Student
from tests.home import jupyter_home

STUDENTS = 20
SPEED = 12.0
EPOCHS = 300
#: Kernels that start at the same time; more would only slow each other down.
STARTING = 4


def spent(process: psutil.Process) -> float:
    """Return the processor time of a process so far, in seconds."""
    times = process.cpu_times()
    return times.user + times.system


async def lesson(students: list[Student]) -> list[Figure]:
    """Start all students, then let all train at once."""
    starting = asyncio.Semaphore(STARTING)

    async def start_one(student: Student) -> None:
        async with starting:
            await student.start()

    await asyncio.gather(*map(start_one, students))
    before = [spent(student.process) for student in students]
    start, own = time.monotonic(), time.process_time()
    for student in students:
        student.play(SPEED)
    await asyncio.gather(*(student.wait(lambda s=student: s.status.get("state") == "finished") for student in students))
    await asyncio.gather(*(student.wait(lambda s=student: len(s.browser.losses) == EPOCHS) for student in students))
    lasted, own = time.monotonic() - start, time.process_time() - own
    cpu = [spent(student.process) - was for student, was in zip(students, before, strict=True)]
    memory = [student.process.memory_full_info().uss / 2**20 for student in students]
    speeds = [pace(student.received) for student in students]
    gaps = [max(b - a for (a, _), (b, _) in pairwise(student.received)) for student in students]
    n, how = len(students), f"{EPOCHS} epochs, {lasted:.1f} s"
    slowest = f"of {n} students; the median kept {sorted(speeds)[n // 2] / SPEED:.3f}"
    return [
        Figure(
            "the slowest student's speed / the speed asked for",
            min(speeds) / SPEED,
            min(speeds) / SPEED,
            max(speeds) / SPEED,
            n,
            0.98,
            at_least=True,
            note=slowest,
        ),
        median_of("the longest time without a new epoch", gaps, unit="s", note=f"{max(gaps):.2f} s at worst"),
        median_of("processor time of a kernel for the whole run", cpu, unit="s", note=how),
        median_of("the same as a share of one processor", [100 * each / lasted for each in cpu], unit="%"),
        median_of("memory of a kernel that is not shared", memory, unit="MiB", note="most of it torch's"),
        median_of("processor time of a simulated page", [own / n], unit="s", note="not the kernel's; for comparison"),
    ]


def pace(received: list[tuple[float, int]]) -> float:
    """Return the epochs per second that a page received, from its first chunk to its last."""
    (start, first), (end, last) = received[0], received[-1]
    return (last - first) / (end - start)


async def teach(number: int) -> list[Figure]:
    """Hold a lesson, and shut down all kernels afterwards."""
    students = [Student(f"student-{each}") for each in range(number)]
    try:
        return await lesson(students)
    finally:
        await asyncio.gather(*(student.shut_down() for student in students), return_exceptions=True)


def measure(quick: bool) -> list[Figure]:
    """Measure with torch's default number of threads: students do not set OMP_NUM_THREADS."""
    threads = os.environ.pop("OMP_NUM_THREADS", None)
    try:
        with tempfile.TemporaryDirectory() as folder, jupyter_home(Path(folder)):
            return asyncio.run(teach(4 if quick else STUDENTS))
    finally:
        if threads is not None:
            os.environ["OMP_NUM_THREADS"] = threads
