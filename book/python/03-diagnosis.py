import gc


class Image:
    pass


errors = []


def handle():
    image = Image()
    raise ValueError("no such request")


try:
    handle()
except ValueError as error:
    errors.append(error)

images = [o for o in gc.get_objects() if type(o) is Image]
print("images alive:", len(images))
for owner in gc.get_referrers(images[0]):
    if owner is not images:
        print("held by a", type(owner).__name__, "of", owner.f_code.co_name)

frame = errors[0].__traceback__.tb_next.tb_frame
print("the error's traceback leads to the frame of", frame.f_code.co_name)
print("its locals:", sorted(frame.f_locals))
