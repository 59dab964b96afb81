process.stdout.write('voucher-orders: not built yet\n');
