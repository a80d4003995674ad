import { expect, test } from 'vitest';
import { addressName, isLoopbackAddress, isPublicAddress } from '../../../src/net/addresses.js';

test.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450:4001::1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['168.63.129.16', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1'],
  ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1'],
  ...['2002:7f00:1::', '3fff::1', 'localhost', '', '127.1', '1.2.3.4.5'],
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('loopback addresses are told from others', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1'].map(isLoopbackAddress)).toEqual([true, true, true]);
  expect(['10.0.0.1', '::2', '', 'localhost'].map(isLoopbackAddress)).toEqual([false, false, false, false]);
});

test('an address is named as urls name it', () => {
  expect(addressName('10.0.0.1')).toBe('10.0.0.1');
  expect(addressName('0:0:0:0:0:0:0:1')).toBe('[::1]');
  expect(addressName('fe80::1%eth0')).toBeUndefined();
  expect(addressName('nothing')).toBeUndefined();
});
