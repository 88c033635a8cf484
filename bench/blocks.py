"""Training steps of the blocks in blocks.js on PyTorch and JAX.

    python bench/blocks.py torch|jax residual|lstm|attention|normsoftmax THREADS

Prints one line of JSON: the median of five segments of half a second, after a second of warm-up.
"""

import json
import os
import sys
import time

peer, name, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
if peer == "jax" and threads == 1:
    os.sched_setaffinity(0, {0})
SHAPES = {
    "residual": (32, 16, 16, 32),
    "lstm": (32, 50, 64),
    "attention": (8, 64, 128),
    "normsoftmax": (256, 512),
}
RATE = 0.01


def torch_step():
    import torch
    from torch import nn

    torch.set_num_threads(threads)

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(32, 32, 3, padding=1)
            self.b = nn.Conv2d(32, 32, 3, padding=1)

        def forward(self, x):
            return torch.relu(x + self.b(torch.relu(self.a(x))))

    class Lstm(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.LSTM(64, 128, 2, batch_first=True)

        def forward(self, x):
            return self.layers(x)[0][:, -1]

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.attend = nn.MultiheadAttention(128, 4, batch_first=True)

        def forward(self, x):
            return self.attend(x, x, x, need_weights=False)[0]

    class NormSoftmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.LayerNorm(512)

        def forward(self, x):
            return torch.softmax(self.norm(x), -1)

    model = {"residual": Residual, "lstm": Lstm, "attention": Attention, "normsoftmax": NormSoftmax}[name]()
    x = torch.randn(SHAPES[name])
    if name == "residual":
        x = x.permute(0, 3, 1, 2).contiguous()
    optimizer = torch.optim.SGD(model.parameters(), RATE)

    def step():
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    return step


def jax_step():
    import jax
    import jax.numpy as jnp
    from jax import lax

    keys = iter(jax.random.split(jax.random.key(0), 32))

    def draw(*shape):
        return jax.random.normal(next(keys), shape) * 0.1

    x = jax.random.normal(next(keys), SHAPES[name])
    if name == "residual":
        weights = [(draw(3, 3, 32, 32), draw(32)) for _ in range(2)]

        def conv(x, w, b):
            return lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b

        def forward(p, x):
            return jax.nn.relu(x + conv(jax.nn.relu(conv(x, *p[0])), *p[1]))

    elif name == "lstm":
        weights = [(draw(size, 512), draw(128, 512), draw(512)) for size in (64, 128)]

        def layer(p, xs):
            w, u, b = p

            def tick(state, z):
                h, c = state
                i, f, g, o = jnp.split(z + h @ u, 4, -1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
                return (h, c), h

            zero = jnp.zeros((32, 128))
            return lax.scan(tick, (zero, zero), jnp.swapaxes(xs @ w + b, 0, 1))[1]

        def forward(p, x):
            return layer(p[1], jnp.swapaxes(layer(p[0], x), 0, 1))[-1]

    elif name == "attention":
        weights = [(draw(128, 128), draw(128)) for _ in range(4)]

        def forward(p, x):
            q, k, v = [(x @ w + b).reshape(8, 64, 4, 32) for w, b in p[:3]]
            scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / 32**0.5
            seen = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), v).reshape(8, 64, 128)
            return seen @ p[3][0] + p[3][1]

    else:
        weights = [(jnp.ones(512), jnp.zeros(512))]

        def forward(p, x):
            mean = x.mean(-1, keepdims=True)
            variance = x.var(-1, keepdims=True)
            return jax.nn.softmax((x - mean) / jnp.sqrt(variance + 1e-3) * p[0][0] + p[0][1])

    @jax.jit
    def update(p):
        gradients = jax.grad(lambda p: jnp.mean(forward(p, x) ** 2))(p)
        return jax.tree.map(lambda a, g: a - RATE * g, p, gradients)

    state = [weights]

    def step():
        state[0] = jax.block_until_ready(update(state[0]))

    return step


step = {"torch": torch_step, "jax": jax_step}[peer]()
begin = time.perf_counter()
while time.perf_counter() - begin < 1:
    step()
rates = []
for _ in range(5):
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < 0.5:
        step()
        count += 1
    rates.append(count / (time.perf_counter() - begin))
rates.sort()
print(json.dumps({"value": rates[2], "min": rates[0], "max": rates[-1], "metric": "steps/s"}))
