/*
 * The peer of bench/learner.ts: FTRL-Proximal and a factorisation machine with AdaGrad, the same arithmetic in C.
 *
 *     gcc -O3 -march=native -o learner-peer peer.c -lm && ./learner-peer ftrl|fm SAMPLES BITS < samples
 *
 * Reads FEATURES slots (u32, little-endian) a sample, gives each the value 1, label 1 for each tenth; runs over them twice, and
 * prints the samples a second of the second run. What belongs to one slot stands side by side, as it should in C, too.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FEATURES 20
#define FACTORS 8

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

struct ftrl { float w, z, n, pad; };
static struct ftrl *ftrl;

static float ftrl_step(const uint32_t *restrict slots, const float *restrict values, float label, float weight) {
  const float alpha = 0.1f, beta = 1, l1 = 0.1f, l2 = 1;
  float logit = 0;
  for (int i = 0; i < FEATURES; i++) logit += ftrl[slots[i]].w * values[i];
  float gradient = weight * (sigmoid(logit) - label);
  for (int i = 0; i < FEATURES; i++) {
    struct ftrl *c = &ftrl[slots[i]];
    float g = gradient * values[i], n = c->n + g * g, root = sqrtf(n);
    c->z += g - (root - sqrtf(c->n)) / alpha * c->w;
    c->n = n;
    c->w = fabsf(c->z) <= l1 ? 0 : (copysignf(l1, c->z) - c->z) / ((beta + root) / alpha + l2);
  }
  return logit;
}

struct fm { float v[FACTORS], squares[FACTORS], w, w_squares, pad[6]; };
static struct fm *fm;

static float fm_step(const uint32_t *restrict slots, const float *restrict values, float label, float weight) {
  const float alpha = 0.05f, l2 = 1e-5f;
  float sums[FACTORS] = {0}, squares[FACTORS] = {0}, logit = 0;
  for (int i = 0; i < FEATURES; i++) {
    const struct fm *c = &fm[slots[i]];
    float x = values[i];
    logit += c->w * x;
    for (int f = 0; f < FACTORS; f++) {
      float term = c->v[f] * x;
      sums[f] += term;
      squares[f] += term * term;
    }
  }
  for (int f = 0; f < FACTORS; f++) logit += 0.5f * (sums[f] * sums[f] - squares[f]);
  float gradient = weight * (sigmoid(logit) - label);
  for (int i = 0; i < FEATURES; i++) {
    struct fm *restrict c = &fm[slots[i]];
    const float x = values[i], g = gradient * x, d = g + l2 * c->w;
    c->w_squares += d * d;
    c->w -= alpha * d / sqrtf(c->w_squares);
    float steps[FACTORS];
    for (int f = 0; f < FACTORS; f++) {
      float e = g * (sums[f] - c->v[f] * x) + l2 * c->v[f];
      c->squares[f] += e * e;
      steps[f] = alpha * e / sqrtf(c->squares[f]);
    }
    for (int f = 0; f < FACTORS; f++) c->v[f] -= steps[f];
  }
  return logit;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int machine = strcmp(argv[1], "fm") == 0;
  const long count = atol(argv[2]);
  const size_t rows = (size_t)1 << atoi(argv[3]);
  uint32_t *slots = malloc(count * FEATURES * sizeof *slots);
  float *values = malloc(count * FEATURES * sizeof *values);
  for (long i = 0; i < count * FEATURES; i++) values[i] = 1;
  if (fread(slots, sizeof *slots, count * FEATURES, stdin) != (size_t)count * FEATURES) return 1;
  if (machine) {
    fm = aligned_alloc(128, rows * sizeof *fm);
    for (size_t r = 0; r < rows; r++) {
      fm[r].w = 0, fm[r].w_squares = 1;
      for (int f = 0; f < FACTORS; f++) fm[r].v[f] = (rand() / (float)RAND_MAX - 0.5f) * 0.0346f, fm[r].squares[f] = 1;
    }
  } else ftrl = calloc(rows, sizeof *ftrl);
  float sum = 0;
  for (int run = 0; run < 2; run++) {
    double start = now();
    for (long i = 0; i < count; i++) {
      float label = i % 10 == 0, weight = label ? 1 : 0.1f;
      sum += (machine ? fm_step : ftrl_step)(slots + i * FEATURES, values + i * FEATURES, label, weight);
    }
    if (run == 1) printf("%.0f\n", count / (now() - start));
  }
  fprintf(stderr, "%f\n", sum);
}
