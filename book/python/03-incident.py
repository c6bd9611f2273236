alive = 0


class Image:
    def __init__(self):
        global alive
        alive += 1

    def __del__(self):
        global alive
        alive -= 1


errors = []


def handle(request):
    image = Image()
    if request % 2 == 1:
        raise ValueError(f"request {request} is odd")


for request in range(6):
    try:
        handle(request)
    except ValueError as error:
        errors.append(error)
    print("request", request, " images alive:", alive)
