import threading, time

def three_at_once(work):
    threads = [threading.Thread(target=work) for _ in range(3)]
    wall, processor = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - wall, time.process_time() - processor

def wait():
    time.sleep(0.5)

def compute():
    for _ in range(10_000_000):
        pass

wall, _ = three_at_once(wait)
print("three waits of half a second:", "together" if wall < 1.2 else "one by one")
wall, processor = three_at_once(compute)
together = processor > 1.5 * wall
print("three computations:          ", "together" if together else "one by one")
