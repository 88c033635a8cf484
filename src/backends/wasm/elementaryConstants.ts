/**
 * The constants of the elementary functions in one number format.
 *
 * Polynomials list their coefficients from the constant up. `fixtures/elementaryCoefficients.py` finds them: minimax
 * in the error relative to the function they serve, those for float32 rounded one by one, the rest fitted anew.
 */
export interface Constants {
  /** Bits of a number, of them stored for the significand, and masks for parts of them. */
  readonly width: 32 | 64;
  readonly significandBits: 23 | 52;
  readonly significandMask: bigint;
  readonly signBit: bigint;
  /** What the exponent field holds for 2⁰, and the bits of 1. */
  readonly bias: 127 | 1023;
  readonly bitsOfOne: bigint;
  readonly smallestNormal: number;
  readonly ln2: number;
  /** A part with enough zeros at its end that a product with any exponent is exact, and the rest. */
  readonly partsOfLn2: readonly [high: number, low: number];
  readonly exponential: {
    /** Bounds beyond which the result no longer changes. */
    readonly zeroBelow: number;
    readonly minusOneBelow: number;
    readonly infiniteAbove: number;
    /** 2eʳ for |r| ≤ ½ ln 2. */
    readonly twiceExp: readonly number[];
    /** (eʳ − 1) / r for |r| ≤ ½ ln 2. */
    readonly growthOverR: readonly number[];
  };
  readonly logarithm: {
    readonly bitsOfSqrt2: bigint;
    /** (2 artanh s − 2s) / s³ in s², for 1 + f = (1 + s) / (1 − s) between √½ and √2. */
    readonly artanhTail: readonly number[];
  };
  readonly sine: {
    readonly partsOfPi: readonly [number, number, number, number];
    /** (sin r − r) / r³ in r², for |r| ≤ ½ π. */
    readonly cubicFactor: readonly number[];
  };
  readonly tangent: {
    readonly oneAbove: number;
    /** (tanh ρ) / ρ in ρ², for |ρ| ≤ ¼ ln 2. */
    readonly tanhOverRho: readonly number[];
  };
  readonly errorFunction: {
    readonly oneAbove: number;
    /** (ln erfc t + t) / t, for t from zero to `oneAbove`. */
    readonly lnErfcPlusT: readonly number[];
  };
}

/** IEEE 754 binary32. */
export const FLOAT32: Constants = {
  width: 32,
  significandBits: 23,
  significandMask: 0x7f_ffffn,
  signBit: -(1n << 31n),
  bias: 127,
  bitsOfOne: 127n << 23n,
  smallestNormal: 2 ** -126,
  ln2: Math.fround(Math.LN2),
  partsOfLn2: [0.693145751953125, 1.428606765330187e-6],
  exponential: {
    zeroBelow: -87.4,
    minusOneBelow: -18,
    infiniteAbove: 89,
    twiceExp: [
      2.0, 2.0, 0.9999998807907104, 0.3333304226398468, 0.08333652466535568, 0.01673734188079834,
      0.00276419660076499,
    ],
    growthOverR: [
      1, 0.4999999701976776, 0.1666654497385025, 0.041667502373456955, 0.008366393856704235,
      0.0013864495558664203,
    ],
  },
  logarithm: {
    bitsOfSqrt2: 0x3fb5_04f3n,
    artanhTail: [0.6666677594184875, 0.39977580308914185, 0.29870957136154175],
  },
  sine: {
    partsOfPi: [3.140625, 0.0009675025939941406, 1.5099067240953445e-7, 5.126688136514179e-12],
    cubicFactor: [-0.16666659712791443, 0.008333069272339344, -0.00019809773948509246, 2.606081807243754e-6],
  },
  tangent: {
    oneAbove: 10,
    tanhOverRho: [1, -0.3333127200603485, 0.13110573589801788],
  },
  errorFunction: {
    oneAbove: 4,
    lnErfcPlusT: [
      -0.12837916612625122, -0.6366195678710938, -0.10277629643678665, 0.01914777047932148,
      0.00016963704547379166, -0.0016758382553234696, 0.0006374648655764759, -0.00011889271263498813,
      9.391742423758842e-6,
    ],
  },
};

/** IEEE 754 binary64. */
export const FLOAT64: Constants = {
  width: 64,
  significandBits: 52,
  significandMask: (1n << 52n) - 1n,
  signBit: -(1n << 63n),
  bias: 1023,
  bitsOfOne: 1023n << 52n,
  smallestNormal: 2 ** -1022,
  ln2: Math.LN2,
  partsOfLn2: [0.6931471803691238, 1.9082149292705877e-10],
  exponential: {
    zeroBelow: -708.4,
    minusOneBelow: -38,
    infiniteAbove: 710,
    twiceExp: [
      2.0, 2.0, 1.0000000000000022, 0.3333333333333282, 0.08333333333306019, 0.016666666666989953,
      0.0027777777887312994, 0.0003968253901173956, 4.9602986132078634e-5, 5.511517346026305e-6,
      5.526052234004657e-7, 5.000003449781348e-8,
    ],
    growthOverR: [
      1, 0.5000000000000006, 0.1666666666666659, 0.041666666666576646, 0.00833333333338828,
      0.001388888893160186, 0.00019841269722221166, 2.480150523024036e-5, 2.7557404403119977e-6,
      2.762605478896224e-7, 2.5054825050689772e-8,
    ],
  },
  logarithm: {
    bitsOfSqrt2: 0x3ff6_a09e_667f_3bcdn,
    artanhTail: [
      0.6666666666666734, 0.3999999999941603, 0.28571428742149346, 0.2222219859091907, 0.1818356373031799,
      0.15314058131089617, 0.14795944619823842,
    ],
  },
  sine: {
    partsOfPi: [3.141592651605606, 1.9841871479187034e-9, 1.144237741932715e-17, 3.2892513872648515e-26],
    cubicFactor: [
      -0.16666666666666666, 0.008333333333333193, -0.00019841269841208828, 2.755731921106736e-6,
      -2.5052106866181324e-8, 1.6058939364057496e-10, -7.642982394749104e-13, 2.7210773702392616e-15,
    ],
  },
  tangent: {
    oneAbove: 20,
    tanhOverRho: [
      1, -0.3333333333333248, 0.1333333333278342, -0.05396825278115296, 0.021869370629815504,
      -0.008857305323118925, 0.0034447889135837406,
    ],
  },
  errorFunction: {
    oneAbove: 6,
    lnErfcPlusT: [
      -0.12837916709551256, -0.6366197723675836, -0.1027726033017879, 0.019128447005053104,
      0.00020919469504484235, -0.0016962063872770611, 0.0005901255608785736, -2.587863419335618e-5,
      -6.449177776867755e-5, 2.9723871063367327e-5, -3.4069803634337463e-6, -2.83550412139108e-6,
      1.7419153437898454e-6, -3.366614079719213e-7, -1.3699026332569006e-7, 1.4166243850553077e-7,
      -6.569215404374182e-8, 2.0948974451956375e-8, -4.994132158253453e-9, 9.074972119566547e-10,
      -1.2472899019699848e-10, 1.2598323018935302e-11, -8.835668340100479e-13, 3.8457557227670715e-14,
      -7.823527386704654e-16,
    ],
  },
};
