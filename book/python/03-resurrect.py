import gc


class Phoenix:
    def __del__(self):
        print("__del__")
        saved.append(self)


saved = []
bird = Phoenix()
print("finalized:", gc.is_finalized(bird))
del bird
print("saved:", len(saved), " finalized:", gc.is_finalized(saved[0]))
saved.pop()
print("saved:", len(saved))
