import gc


class Stone:
    def __init__(self):
        self.me = self


class Bird(Stone):
    def __del__(self):
        saved.append(self)


gc.disable()
gc.collect()
saved = []
for _ in range(100):
    Stone()
Bird()
print("first: ", gc.collect(), "- saved:", len(saved))
print("second:", gc.collect())
saved.clear()
print("third: ", gc.collect())
