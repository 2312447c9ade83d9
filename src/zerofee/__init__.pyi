from zerofee.entrypoints.library import ZeroFee as ZeroFee
