import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Crashes } from '../../extension/src/crashes';
import { debounce } from '../../extension/src/debounce';
import { Serial } from '../../extension/src/serial';

test('a burst of calls runs once, with the newest arguments', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const seen: number[] = [];
  const settled = debounce((value: number) => seen.push(value), 200);

  settled(1);
  mock.timers.tick(150);
  settled(2);
  mock.timers.tick(199);
  assert.deepEqual(seen, []);
  mock.timers.tick(1);

  assert.deepEqual(seen, [2]);
  mock.timers.reset();
});

test('the newest call says how long to wait', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const seen: number[] = [];
  const settled = debounce(
    (value: number) => seen.push(value),
    (value) => value * 100,
  );

  settled(4);
  settled(2);
  mock.timers.tick(199);
  assert.deepEqual(seen, []);
  mock.timers.tick(1);

  assert.deepEqual(seen, [2]);
  mock.timers.reset();
});

test('calls that go on and on are run all the same', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const seen: number[] = [];
  const settled = debounce((value: number) => seen.push(value), 200, 1000);

  for (let call = 1; call <= 30; call++) {
    settled(call);
    mock.timers.tick(100);
  }
  mock.timers.tick(1000);

  assert.deepEqual(seen, [10, 20, 30]);
  mock.timers.reset();
});

test('a call that waits can be forgotten or run at once', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const seen: number[] = [];
  const settled = debounce((value: number) => seen.push(value), 200);

  settled(1);
  settled.cancel();
  settled(2);
  settled.flush();
  settled.flush();
  mock.timers.tick(1000);

  assert.deepEqual(seen, [2]);
  mock.timers.reset();
});

test('while one restart runs, all further requests share the next one', async () => {
  const begun: string[] = [];
  const endings: (() => void)[] = [];
  const serial = new Serial((reason) => {
    begun.push(reason);
    return new Promise((resolve) => endings.push(resolve));
  });

  const first = serial.request('first');
  const second = serial.request('second');
  const third = serial.request('third');
  assert.equal(second, third);
  endings[0]?.();
  await first;
  await Promise.resolve();
  endings[1]?.();
  await third;

  assert.deepEqual(begun, ['first', 'second']);
  assert.equal(serial.running, undefined);
});

test('a server that never ran is not started again', () => {
  assert.equal(new Crashes().worthRestart(0), false);
});

test('a server is started again after a crash, but not after many in a short time', () => {
  const crashes = new Crashes();
  crashes.markRunning();

  const verdicts = [0, 1, 2, 3, 4].map((second) => crashes.worthRestart(second * 1000));

  assert.deepEqual(verdicts, [true, true, true, true, false]);
  assert.equal(crashes.worthRestart(10 * 60 * 1000), true);
});
